"""Makes the frames of segments in order, a few ahead of the encoder."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from timelapse.rendering.pipeline.compose import make_frame
from timelapse.rendering.pipeline.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from av.video.frame import VideoFrame

    from timelapse.rendering.pipeline.plan import MovieFormat, Recipe, Segment

#: Decoding and scaling release the GIL: two readers keep up with one encoder.
_READERS: Final = 2
_AHEAD: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFrame:
    """The frame of a recipe, or why there is none."""

    segment: Segment
    recipe: Recipe
    frame: VideoFrame | PictureError


def frames_of(
    segments: Iterable[Segment], movie: MovieFormat, *, max_pixels: int
) -> Generator[SourceFrame, None, None]:
    """Yield the frame of each recipe of each segment, in order, for a movie of this format.

    The frames of the next segment are begun before the last one's are taken, so that nobody waits between.
    """
    waiting: deque[tuple[Segment, Recipe, Future[VideoFrame]]] = deque()
    upcoming = ((segment, recipe) for segment in segments for recipe in segment.recipes)
    with ThreadPoolExecutor(_READERS, thread_name_prefix="frames") as readers:
        try:
            while True:
                for segment, recipe in islice(upcoming, _AHEAD - len(waiting)):
                    made = readers.submit(
                        make_frame, recipe, movie.size, max_pixels=max_pixels, fit=movie.fit
                    )
                    waiting.append((segment, recipe, made))
                if not waiting:
                    return
                segment, recipe, future = waiting.popleft()
                yield SourceFrame(segment=segment, recipe=recipe, frame=_outcome(future))
        finally:
            for _, _, future in waiting:
                future.cancel()


def _outcome(future: Future[VideoFrame]) -> VideoFrame | PictureError:
    try:
        return future.result()
    except PictureError as refused:
        return refused
