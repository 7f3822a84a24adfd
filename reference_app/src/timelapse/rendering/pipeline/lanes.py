"""Encodes segments in lanes: threads that each take the next segment when they are done with one.

Decoder, scaler and encoder release the GIL, so that threads use all processors. A lane has an encoder of one
thread and two readers, which is work for two processors.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from timelapse.rendering.pipeline.compose import make_frame
from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.errors import StalledError
from timelapse.rendering.pipeline.plan import Segment
from timelapse.rendering.pipeline.source import frames_of
from timelapse.rendering.pipeline.store import Encoded, LeftOut, SegmentStore
from timelapse.rendering.pipeline.usable import UsableFrames
from timelapse.rendering.pipeline.verify import check_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from av.video.frame import VideoFrame

    from timelapse.rendering.pipeline.plan import MovieFormat, Recipe
    from timelapse.rendering.pipeline.source import SourceFrame

#: A caller who wants to stop is asked at least this often, also during a long frame.
_ASK_EVERY_S: Final = 0.25
#: Nobody waits longer for the lanes to stop. One that still waits for a disk stops when that answers.
_STOP_WITHIN_S: Final = 2.0
#: A lane that finishes no frame for so long waits for a disk or for an encoder that doesn't answer.
STALLED_AFTER_S: Final = 120.0


class _StoppedError(Exception):
    """The caller wants no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How segments are encoded, and where they are kept."""

    movie: MovieFormat
    store: SegmentStore
    #: Pictures of more pixels are left out.
    max_pixels: int
    #: Seconds without a finished frame after which it is given up.
    stalled_after_s: float = STALLED_AFTER_S


def lanes_of_this_machine() -> int:
    """Return how many lanes keep the processors busy that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, usable // 2)


def encode_segments(
    segments: Iterable[Segment], encoding: Encoding, *, lanes: int, on_frames: Callable[[int], None]
) -> Generator[tuple[Segment, Encoded], None, None]:
    """Encode and check segments; yield each when it is stored, in any order.

    ``on_frames`` is called in the caller's thread with the number of frames that were finished or left out
    since the last call, sometimes 0. Whatever it raises, and closing the generator, stops the lanes within
    one frame each, and nothing half written stays. Raises RenderError as well, StalledError when no frame is
    finished for too long.
    """
    work = _Lanes(segments, encoding)
    threads = [
        threading.Thread(target=work.run, name=f"lane-{number}", daemon=True) for number in range(lanes)
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            for event in work.until_one_ends():
                if isinstance(event, int):
                    on_frames(event)
                else:
                    yield event
    finally:
        work.stop.set()
        stop_by = time.monotonic() + _STOP_WITHIN_S
        for thread in threads:
            thread.join(max(0.0, stop_by - time.monotonic()))


class _Lanes:
    """What the lanes share: the segments that nobody has taken, and what they report."""

    def __init__(self, segments: Iterable[Segment], encoding: Encoding) -> None:
        self.stop = threading.Event()
        self._segments = _Shared(segments)
        self._encoding = encoding
        self._events: SimpleQueue[int | tuple[Segment, Encoded] | BaseException | None] = SimpleQueue()

    def run(self) -> None:
        """Be one of the lanes."""
        try:
            for encoded in _encode_lane(self._segments, self._encoding, on_frame=self._report_frame):
                self._events.put(encoded)
        except _StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._events.put(error)
        finally:
            self._events.put(None)

    def until_one_ends(self) -> Iterator[int | tuple[Segment, Encoded]]:
        """Yield how many frames are done and which segments; raise what a lane raised, or StalledError."""
        limit_s, waits = self._encoding.stalled_after_s, 0
        while True:
            try:
                event = self._events.get(timeout=_ASK_EVERY_S)
                waits = 0
            except Empty:
                event = 0
                waits += 1  # not by the clock: a process that was stopped for a while isn't stalled
            if waits * _ASK_EVERY_S >= limit_s:
                raise StalledError(
                    f"No frame was finished for {limit_s:.0f} s: a disk or the encoder doesn't answer."
                )
            if event is None:
                return
            if isinstance(event, BaseException):
                raise event
            yield event

    def _report_frame(self) -> None:
        if self.stop.is_set():
            raise _StoppedError
        self._events.put(1)


def _encode_lane(
    segments: Iterable[Segment], encoding: Encoding, *, on_frame: Callable[[], None]
) -> Iterator[tuple[Segment, Encoded]]:
    with closing(frames_of(segments, encoding.movie, max_pixels=encoding.max_pixels)) as frames:
        for _, of_segment in groupby(frames, key=lambda frame: frame.segment.key):
            yield _encode(of_segment, encoding, on_frame)


def _encode(
    frames: Iterator[SourceFrame], encoding: Encoding, on_frame: Callable[[], None]
) -> tuple[Segment, Encoded]:
    store, movie = encoding.store, encoding.movie

    def make(recipe: Recipe) -> VideoFrame:
        return make_frame(recipe, movie.size, max_pixels=encoding.max_pixels, fit=movie.fit)

    usable = UsableFrames(frames, hold=movie.hold, make=make, on_unusable=on_frame)
    part = store.new_part()
    try:
        count = write_segment(iter(usable), part, movie, on_frame=on_frame)
        segment = Segment.of(usable.recipes, movie)
        path = None
        if count:
            check_segment(part, count, movie)
            path = store.put(segment, part)
        left_out = tuple(
            LeftOut(name=recipe.name, code=error.code, reason=error.message)
            for recipe, error in usable.unusable
        )
        errors = [*(error for _, error in usable.unusable), *usable.unusable_before]
        if left_out and all(error.lasting for error in errors):
            store.note(usable.planned, segment, left_out, held=usable.looked_before)
    finally:
        part.unlink(missing_ok=True)
    return usable.planned, Encoded(path=path, frames=count, left_out=left_out)


class _Shared:
    """Hands out items to several threads."""

    def __init__(self, items: Iterable[Segment]) -> None:
        self._items = iter(items)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Segment]:
        return self

    def __next__(self) -> Segment:
        with self._lock:
            return next(self._items)
