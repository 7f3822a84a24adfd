"""Options and limits of rendering. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from fsmlock import Reason, RetryLater
from fsmlock.sentences import Sentence, sentence
from timelapse.frames.domain import is_plausible
from timelapse.rendering.selection import BETWEEN, EVERYTHING, Selection
from timelapse.rendering.style import PLAIN, Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

MIN_FPS: Final = 0.1
MAX_FPS: Final = 120.0
MIN_SIDE: Final = 16
#: H.264 goes further, but no browser is sure to play it.
MAX_SIDE: Final = 7680

LONGEST_TITLE: Final = 80
#: How many movies a sentence names.
MOST_NAMED: Final = 3

#: How loud the sound of a movie may be, percent of its file.
MIN_VOLUME: Final = 1.0
MAX_VOLUME: Final = 200.0

#: The short side of a movie that is shaped as its pictures, pixels.
SHORT_SIDE: Final = 1080

#: How long a dead worker's hold blocks the timelapse.
LEASE: Final = timedelta(seconds=10)
#: A queued movie's task counts as lost after this time if nobody renders its timelapse; it is sent again.
RESEND_AFTER: Final = timedelta(seconds=15)

#: The progress of measuring how the camera moved, after which the movie is rendered.
MEASURING: Final = "render:measure"

#: A movie whose timelapse is locked gives its worker back and retries, at least this often.
WAIT_FOR_LOCK: Final = RetryLater(
    backoff=timedelta(seconds=1), at_most=timedelta(seconds=30), give_up_after=timedelta(days=7)
)
#: Attempts that may end with a dead worker before the movie fails.
MAX_ATTEMPTS: Final = 5


def sound_too_large(most_bytes: int) -> Reason:
    """Return why a file of sound of more bytes is refused."""
    return Reason(
        code="sound_too_large",
        message=sentence("The file is larger than %(size)s MB.", size=most_bytes / 1e6),
        remedy="Save the sound as MP3, or choose a shorter one.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundOptions:
    """Which stored sound a movie has, by the hash of its file, and how it is played.

    It ``repeats`` until the movie ends, or is played once. ``volume`` is in percent of the file's.
    """

    sha256: str
    repeats: bool = True
    volume: float = 100.0


TITLE_INVALID: Final = Reason(
    code="title_invalid",
    message=sentence(
        "This title is longer than %(most)s characters, or has line breaks.", most=LONGEST_TITLE
    ),
    remedy="Shorten it to one line.",
)


def is_title(text: str) -> bool:
    """Return whether a movie can be called so."""
    return len(text) <= LONGEST_TITLE and text.isprintable()


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """How a movie is rendered: frames per second, width and height in pixels.

    Without both width and height it has the shape of most of its pictures (see `shape_of`). ``selection``
    says which frames it shows, ``style`` what is added to them. Of all frames only those are considered that
    were captured at or after ``since`` and before ``until``. Without a ``title`` it is known by its number.
    Without a ``sound`` it has none.
    """

    fps: float = 30.0
    width: int | None = None
    height: int | None = None
    selection: Selection = EVERYTHING
    style: Style = PLAIN
    since: datetime | None = None
    until: datetime | None = None
    title: str = ""
    sound: SoundOptions | None = None

    def validation_errors(self) -> dict[str, Reason]:
        """Return the reason for each invalid field; empty if all are valid."""
        wrong = self.selection.validation_errors() | self.style.validation_errors()
        wrong |= _wrong_period(self.since, self.until)
        if not is_title(self.title):
            wrong["title"] = TITLE_INVALID
        if not math.isfinite(self.fps) or not MIN_FPS <= self.fps <= MAX_FPS:
            wrong["fps"] = Reason(
                code="fps_out_of_range",
                message=sentence("%(fps)s frames per second can't be shown.", fps=self.fps),
                remedy=sentence("Choose between %(low)s and %(high)s, say 30.", low=MIN_FPS, high=MAX_FPS),
            )
        volume = MAX_VOLUME if self.sound is None else self.sound.volume
        if not math.isfinite(volume) or not MIN_VOLUME <= volume <= MAX_VOLUME:
            wrong["volume"] = Reason(
                code="volume_out_of_range",
                message=sentence("Sound can't have a volume of %(volume)s %%.", volume=volume),
                remedy=sentence("Choose between %(low)s and %(high)s %%.", low=MIN_VOLUME, high=MAX_VOLUME),
            )
        for field, length, message in (
            ("width", self.width, "A width of %(pixels)s pixels can't be rendered."),
            ("height", self.height, "A height of %(pixels)s pixels can't be rendered."),
        ):
            if length is not None and not MIN_SIDE <= length <= MAX_SIDE:
                wrong[field] = Reason(
                    code=f"{field}_out_of_range",
                    message=sentence(message, pixels=length),
                    remedy=sentence(BETWEEN, low=MIN_SIDE, high=MAX_SIDE),
                )
        return wrong

    @property
    def even_size(self) -> tuple[int, int] | None:
        """Width and height rounded down to even: H.264 for browsers (yuv420p) halves both for colour."""
        if self.width is None or self.height is None:
            return None
        return self.width // 2 * 2, self.height // 2 * 2


def shape_of(pictures: Mapping[tuple[int, int], int]) -> tuple[int, int]:
    """Return the even size of a movie that is shaped as most of its pictures.

    Args:
        pictures: how many pictures are shown in each size (width and height in pixels). Of shapes that are
            equally frequent, the one with more pixels is taken.

    Returns:
        The picture's size, reduced to `SHORT_SIDE` pixels at the short side and `MAX_SIDE` at the long one.
    """
    width, height = max(pictures, key=lambda size: (pictures[size], size[0] * size[1]))
    scale = min(1.0, SHORT_SIDE / min(width, height), MAX_SIDE / max(width, height))
    even = [max(MIN_SIDE, round(length * scale / 2) * 2) for length in (width, height)]
    return even[0], even[1]


def _wrong_period(since: datetime | None, until: datetime | None) -> dict[str, Reason]:
    wrong = {
        field: Reason(
            code="moment_out_of_range",
            message="This is no moment at which a frame can have been captured.",
            remedy="Give one with a time zone and a year from 1900 to 2200.",
        )
        for field, moment in (("from", since), ("to", until))
        if moment is not None and not is_plausible(moment)
    }
    if not wrong and since is not None and until is not None and until <= since:
        wrong["to"] = Reason(
            code="ends_first",
            message="The chosen time ends before it begins.",
            remedy="Exchange beginning and end.",
        )
    return wrong


def time_range(low_s: float, high_s: float) -> Sentence:
    """Return a range of seconds in words, in the unit that suits its end: ``12 to 19 min``, ``40 s``."""
    unit, size = ("s", 1) if high_s < 90 else ("min", 60) if high_s < 90 * 60 else ("h", 3600)
    low, high = (round(seconds / size) for seconds in (max(0.0, low_s), high_s))
    if low == high:
        return sentence("%(length)s %(unit)s", length=high, unit=unit)
    return sentence("%(low)s to %(high)s %(unit)s", low=low, high=high, unit=unit)


def some_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names for a sentence: of many the first ones, and how many more there are."""
    more = len(names) - MOST_NAMED
    if more <= 1:  # one more takes no more room than saying so
        return tuple(names)
    return (*names[:MOST_NAMED], sentence("%(count)s more", count=more))


NO_TIMELAPSE: Final = Reason(
    code="no_timelapse",
    message="There is no such timelapse.",
    remedy="Choose one of the timelapses that are listed.",
)
NO_FRAME_CHOSEN: Final = Reason(
    code="no_frame_chosen",
    message="No frame lies in the chosen time.",
    remedy="Choose a longer or another time.",
)
NONE_SELECTED: Final = Reason(
    code="none_selected",
    message="No frame is left: all were captured at other times, or are left out.",
    remedy="Choose other times, or leave out less.",
)
NO_SOUND: Final = Reason(
    code="no_sound",
    message="There is no such sound any more: it was added long ago and no movie has it.",
    remedy="Add it once more.",
)
NO_MOVIE: Final = Reason(
    code="no_movie", message="There is no such movie.", remedy="Choose one of the movies that are listed."
)
WORKERS_DIED: Final = Reason(
    code="workers_died",
    message=sentence("%(count)s workers died while they rendered it.", count=MAX_ATTEMPTS),
    remedy="Look at the worker's log and memory, then retry; a smaller size needs less of it.",
)
INTERNAL: Final = Reason(
    code="internal",
    message="Rendering stopped at an unexpected error.",
    remedy="Retry; when it happens again, look for the movie's causal id in the log.",
)
