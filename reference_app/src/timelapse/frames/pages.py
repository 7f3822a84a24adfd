"""Pages of frames by key: a page costs the same at the beginning and at the end of a million frames."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from django.db.models import F, Q, QuerySet

from timelapse.frames.domain import is_plausible

if TYPE_CHECKING:
    from timelapse.frames.models import Frame

#: Frames of a page at most, and unless it says how many.
MOST: Final = 100
#: The coarsest thinning: one frame of so many.
MOST_THINNED: Final = 100_000

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_CURSOR: Final = re.compile("frame:(-?[0-9]{1,18}):([0-9]{1,19}):([0-9]{1,19})")
_LARGEST_KEY: Final = 2**63 - 1


class InvalidPageError(ValueError):
    """A page was asked for that can't be; ``code`` is one of `malformed_cursor` and `bad_page`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameKey:
    """A frame's place in playing order."""

    captured_at: datetime
    sequence: int
    pk: int

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return the key of a frame."""
        return cls(captured_at=frame.captured_at, sequence=frame.sequence, pk=frame.pk)

    @classmethod
    def parse(cls, cursor: str) -> Self:
        """Read a cursor.

        Raises:
            InvalidPageError: it is not one of `cursor`.
        """
        try:
            found = _CURSOR.fullmatch(base64.b64decode(cursor, validate=True).decode("ascii"))
            if found is not None and max(int(found[2]), int(found[3])) <= _LARGEST_KEY:
                captured_at = _EPOCH + int(found[1]) * _MICROSECOND
                return cls(captured_at=captured_at, sequence=int(found[2]), pk=int(found[3]))
        except (ValueError, OverflowError):
            pass
        message = "This is no cursor of a frame. Take cursors of frames from the server's answers."
        raise InvalidPageError("malformed_cursor", message)

    @property
    def cursor(self) -> str:
        """The key as a cursor."""
        moment = (self.captured_at - _EPOCH) // _MICROSECOND
        return base64.b64encode(f"frame:{moment}:{self.sequence}:{self.pk}".encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which frames are asked for.

    Either the first ones (after a cursor), or the last ones (before a cursor), or those `around` a moment: a
    cursor goes on from there.
    """

    first: int | None = None
    after: FrameKey | None = None
    last: int | None = None
    before: FrameKey | None = None
    around: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: Only frames whose sequence number is a multiple of this.
    every: int = 1

    def check(self) -> None:
        """Refuse what contradicts itself or is out of bounds.

        Raises:
            InvalidPageError: it does.
        """
        for message, wrong in self._faults():
            if wrong:
                raise InvalidPageError("bad_page", message)

    def _faults(self) -> tuple[tuple[str, bool], ...]:
        both = self.first is not None and self.last is not None
        starts = self.around is not None and self.after is None and self.before is None
        moments = [each for each in (self.around, self.since, self.until) if each is not None]
        sizes = [each for each in (self.first, self.last) if each is not None]
        return (
            ("A page has `first` or `last`, not both.", both),
            (f"A page has 0 to {MOST} frames.", any(not 0 <= each <= MOST for each in sizes)),
            ("A page around a moment has `first`.", starts and self.last is not None),
            (f"`every` is 1 to {MOST_THINNED}.", not 1 <= self.every <= MOST_THINNED),
            (
                "A moment needs a time zone, and a year from 1900 to 2200.",
                not all(map(is_plausible, moments)),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePage:
    """Frames in playing order, and whether there are others before and after them."""

    frames: list[Frame]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestFrame:
    """The frame nearest to a moment, and how far from it it was captured: negative if earlier."""

    frame: Frame
    distance: timedelta


def read_page(frames: QuerySet[Frame], page: Page) -> FramePage:
    """Read a page of a camera's frames, in at most two queries."""
    within = _within(frames, page)
    if page.around is not None and page.after is None and page.before is None:
        return _around(within, page.around, MOST if page.first is None else page.first)
    if page.after is not None:
        within = within.filter(_after(page.after))
    if page.before is not None:
        within = within.filter(_before(page.before))
    if page.last is not None:
        found, more = _take(_backwards(within), page.last)
        return FramePage(frames=found[::-1], has_previous=more, has_next=page.before is not None)
    found, more = _take(_forwards(within), MOST if page.first is None else page.first)
    return FramePage(frames=found, has_previous=page.after is not None, has_next=more)


def count(frames: QuerySet[Frame], page: Page) -> int:
    """Count the frames of all pages."""
    return _within(frames, page).order_by().count()


def nearest(frames: QuerySet[Frame], time: datetime) -> NearestFrame | None:
    """Find the frame that was captured nearest to a moment, in two queries; None if there is no frame."""
    earlier = _backwards(frames.filter(captured_at__lte=time)).first()
    later = _forwards(frames.filter(captured_at__gt=time)).first()
    found = [
        NearestFrame(frame=frame, distance=frame.captured_at - time)
        for frame in (earlier, later)
        if frame is not None
    ]
    return min(found, key=lambda each: abs(each.distance), default=None)


def span(frames: QuerySet[Frame]) -> tuple[datetime, datetime] | None:
    """Return when the first frame was captured, and the moment after the last; None if there is no frame."""
    first, last = _forwards(frames).first(), _backwards(frames).first()
    return None if first is None or last is None else (first.captured_at, last.captured_at + _MICROSECOND)


def _within(frames: QuerySet[Frame], page: Page) -> QuerySet[Frame]:
    if page.since is not None:
        frames = frames.filter(captured_at__gte=page.since)
    if page.until is not None:
        frames = frames.filter(captured_at__lt=page.until)
    if page.every > 1:
        frames = frames.alias(remainder=F("sequence") % page.every).filter(remainder=0)
    return frames


def _around(frames: QuerySet[Frame], time: datetime, length: int) -> FramePage:
    earlier, more_before = _take(_backwards(frames.filter(captured_at__lt=time)), length // 2)
    later, more_after = _take(_forwards(frames.filter(captured_at__gte=time)), length - length // 2)
    return FramePage(frames=[*earlier[::-1], *later], has_previous=more_before, has_next=more_after)


def _take(frames: QuerySet[Frame], length: int) -> tuple[list[Frame], bool]:
    found = list(frames[: length + 1])
    return found[:length], len(found) > length


def _forwards(frames: QuerySet[Frame]) -> QuerySet[Frame]:
    return frames.order_by("captured_at", "sequence", "pk")


def _backwards(frames: QuerySet[Frame]) -> QuerySet[Frame]:
    return frames.order_by("-captured_at", "-sequence", "-pk")


# The first condition alone is what the index can be entered by.
def _after(key: FrameKey) -> Q:
    return Q(captured_at__gte=key.captured_at) & (
        Q(captured_at__gt=key.captured_at)
        | Q(sequence__gt=key.sequence)
        | Q(sequence=key.sequence, pk__gt=key.pk)
    )


def _before(key: FrameKey) -> Q:
    return Q(captured_at__lte=key.captured_at) & (
        Q(captured_at__lt=key.captured_at)
        | Q(sequence__lt=key.sequence)
        | Q(sequence=key.sequence, pk__lt=key.pk)
    )
