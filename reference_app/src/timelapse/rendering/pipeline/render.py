"""Renders a plan to a verified movie, its poster and its thumbnails.

Only the segments that the store lacks are encoded.
"""

from __future__ import annotations

import shutil
import uuid
from contextlib import closing
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from timelapse.rendering.pipeline.disk import put_in_place, writing
from timelapse.rendering.pipeline.errors import NoUsableFramesError
from timelapse.rendering.pipeline.join import DamagedSegmentError, join, save_poster
from timelapse.rendering.pipeline.lanes import (
    STALLED_AFTER_S,
    Encoding,
    encode_segments,
    lanes_of_this_machine,
)
from timelapse.rendering.pipeline.sprite import save_sprite
from timelapse.rendering.pipeline.verify import MovieInfo, check_movie, check_sound_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from timelapse.rendering.pipeline.plan import Plan
    from timelapse.rendering.pipeline.sound import Soundtrack
    from timelapse.rendering.pipeline.store import Encoded, LeftOut, SegmentStore

MOVIE = "movie.mp4"
POSTER = "poster.jpg"
SPRITE = "sprite.jpg"
THUMBNAILS = "thumbnails.vtt"
_WORK_FOLDER_PREFIX = ".rendering-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A finished, unpublished movie: ``publish`` moves it into place, ``close`` discards it."""

    folder: Path
    work_folder: Path
    info: MovieInfo
    left_out: tuple[LeftOut, ...]
    #: The segments that had to be encoded.
    encoded: int

    def publish(self) -> None:
        """Move the movie and what belongs to it into ``folder``, in one rename each: readers see old or new.

        Raises DiskFullError, StorageError.
        """
        with writing():
            for name in (SPRITE, THUMBNAILS, POSTER, MOVIE):
                put_in_place(self.work_folder / name, self.folder / name)
        self.close()

    def close(self) -> None:
        """Remove what wasn't published. The segments stay in their store."""
        shutil.rmtree(self.work_folder, ignore_errors=True)


def render(  # noqa: PLR0913 - each caller names what it needs
    plan: Plan,
    folder: Path,
    store: SegmentStore,
    *,
    max_pixels: int,
    on_frame: Callable[[int], None],
    on_beginning: Callable[[list[Encoded]], None] = lambda _: None,
    on_packet: Callable[[], None] = lambda: None,
    sound: Soundtrack | None = None,
    lanes: int | None = None,
    stalled_after_s: float = STALLED_AFTER_S,
) -> Rendered:
    """Render into a work folder inside ``folder`` (created if missing) and check the result.

    Segments that the store has are not encoded again: a movie that was stopped or killed continues where it
    was, and one of more frames costs what is new.

    Args:
        plan: what to render.
        folder: where the movie will be published. Leftovers of killed attempts in it are removed.
        store: where segments are kept.
        max_pixels: pictures with more pixels are left out.
        on_frame: called with the number of frames that are finished or left out, several times a second, in
            the caller's thread; it may raise to stop.
        on_beginning: called with the segments of the movie's beginning, each time that there are more of them
            in a row; they can be watched already.
        on_packet: called for each packet of the movie that is joined and then read again, in the caller's
            thread; it may raise to stop.
        sound: what is played with the pictures; no segment depends on it.
        lanes: how many segments are encoded at once; None: as many as keep this machine busy.
        stalled_after_s: it is given up when no frame is finished for so many seconds.

    Raises:
        RenderError: it can't be rendered; the work folder is removed.
        Exception: what ``on_frame`` or ``on_packet`` raised.
    """
    sweep(folder)
    work_folder = folder / f"{_WORK_FOLDER_PREFIX}{uuid.uuid4().hex}"
    encoding = Encoding(movie=plan.movie, store=store, max_pixels=max_pixels, stalled_after_s=stalled_after_s)
    try:
        with writing():
            work_folder.mkdir(parents=True)
        attempt = _Attempt(plan, encoding, lanes or lanes_of_this_machine(), on_frame, on_beginning)
        info = attempt.make(work_folder, sound, on_packet)
    except BaseException:
        shutil.rmtree(work_folder, ignore_errors=True)
        raise
    left_out = tuple(left for encoded in attempt.parts() for left in encoded.left_out)
    return Rendered(
        folder=folder, work_folder=work_folder, info=info, left_out=left_out, encoded=len(attempt.fresh)
    )


def sweep(folder: Path) -> None:
    """Remove what killed attempts left in ``folder``."""
    for leftover in folder.glob(f"{_WORK_FOLDER_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


class _Attempt:
    """A plan whose segments are being collected."""

    def __init__(
        self,
        plan: Plan,
        encoding: Encoding,
        lanes: int,
        on_frame: Callable[[int], None],
        on_beginning: Callable[[list[Encoded]], None],
    ) -> None:
        self._plan, self._encoding, self._lanes = plan, encoding, lanes
        self._on_frame, self._on_beginning = on_frame, on_beginning
        self._beginning = 0
        self._found: dict[str, Encoded] = {}
        #: The keys of the segments that were encoded now.
        self.fresh: set[str] = set()

    def make(self, work_folder: Path, sound: Soundtrack | None, on_packet: Callable[[], None]) -> MovieInfo:
        while True:
            self._collect()
            files = [(part.path, part.frames) for part in self.parts() if part.path is not None]
            if not files:
                raise NoUsableFramesError(self._nothing_usable())
            try:
                join(files, work_folder / MOVIE, self._plan.movie, sound=sound, on_packet=on_packet)
            except DamagedSegmentError as damaged:
                if any(part.path == damaged.path for key, part in self._found.items() if key in self.fresh):
                    raise
                damaged.path.unlink(missing_ok=True)
                continue
            save_poster(work_folder / MOVIE, work_folder / POSTER)
            save_sprite(
                work_folder / MOVIE,
                work_folder / SPRITE,
                work_folder / THUMBNAILS,
                name=f"{work_folder.parent.name}.jpg",  # as it is published, beside its index
                on_picture=on_packet,
            )
            lengths = [frames for _, frames in files]
            if sound is not None:
                check_sound_of(work_folder / MOVIE, sum(lengths), self._plan.movie)
            return check_movie(work_folder / MOVIE, lengths, self._plan.movie, on_packet=on_packet)

    def _nothing_usable(self) -> str:
        count = self._plan.frame_count
        said = (
            "The picture could not be read" if count == 1 else f"None of the {count} pictures could be read"
        )
        first = next((left for part in self.parts() for left in part.left_out), None)
        return f"{said}." if first is None else f"{said}. {first.name}: {first.reason}"

    def parts(self) -> list[Encoded]:
        return [self._found[segment.key] for segment in self._plan.segments]

    def _collect(self) -> None:
        """Take the segments from the store, and encode those that it lacks."""
        wanted = {segment.key: segment for segment in self._plan.segments}
        known = {key: self._encoding.store.find(segment) for key, segment in wanted.items()}
        self._found = {key: encoded for key, encoded in known.items() if encoded is not None}
        missing = [segment for key, segment in wanted.items() if key not in self._found]
        done = self._plan.frame_count - sum(
            len(segment.recipes) for segment in self._plan.segments if segment.key not in self._found
        )
        self._on_frame(done)
        self._report_beginning()

        def on_frames(more: int) -> None:
            nonlocal done
            done += more
            self._on_frame(done)

        lanes = min(self._lanes, max(1, len(missing)))
        with closing(encode_segments(missing, self._encoding, lanes=lanes, on_frames=on_frames)) as encoded:
            for segment, part in encoded:
                self._found[segment.key] = part
                self.fresh.add(segment.key)
                self._report_beginning()

    def _report_beginning(self) -> None:
        parts = (self._found.get(segment.key) for segment in self._plan.segments)
        beginning = [part for part in takewhile(lambda part: part is not None, parts) if part is not None]
        if len(beginning) > self._beginning:
            self._beginning = len(beginning)
            self._on_beginning(beginning)
