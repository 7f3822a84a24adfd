"""Renders what was composed with moviepy (titles, crossfades, pictures side by side) as other movies are.

Nothing else of the pipeline imports moviepy: a movie of pictures alone doesn't need it.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from moviepy import VideoClip

from timelapse.rendering.pipeline.cut import evenly
from timelapse.rendering.pipeline.disk import put_in_place, writing
from timelapse.rendering.pipeline.encode import write_segment
from timelapse.rendering.pipeline.join import join
from timelapse.rendering.pipeline.picture import read_picture
from timelapse.rendering.pipeline.scale import to_frame
from timelapse.rendering.pipeline.verify import MovieInfo, check_movie

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.plan import MovieFormat, Recipe


class PictureClip(VideoClip):  # type: ignore[misc]  # moviepy carries no types
    """The pictures of recipes as a clip to compose with: each is shown for one tick of the movie's rate.

    A frame can be asked for at any time; PictureError is raised for one whose picture is unusable.
    """

    def __init__(self, recipes: Sequence[Recipe], movie: MovieFormat, *, max_pixels: int) -> None:
        super().__init__(duration=float(len(recipes) / movie.rate))
        self.size = (movie.size.width, movie.size.height)
        self.fps = float(movie.rate)

        @lru_cache(2)  # a crossfade asks for two frames again and again
        def picture(number: int) -> NDArray[np.uint8]:
            pixels = read_picture(recipes[number], movie.size, max_pixels=max_pixels, fit=movie.fit)
            return np.asarray(to_frame(pixels, movie.size, movie.fit).to_ndarray(format="rgb24"), np.uint8)

        self.frame_function = lambda time: picture(min(round(time * movie.rate), len(recipes) - 1))


def write_clip(
    clip: VideoClip, path: Path, movie: MovieFormat, *, on_frame: Callable[[int], None]
) -> MovieInfo:
    """Render any clip of moviepy's to ``path``, without its sound; its size must be the movie's.

    ``on_frame`` is called after each frame with the number written so far; it may raise to stop.

    Raises:
        RenderError: it can't be rendered; nothing is left at ``path``.
        Exception: what the clip or ``on_frame`` raised.
    """
    with writing():
        work = Path(tempfile.mkdtemp(dir=path.parent, prefix=".rendering-"))
    try:
        written = 0

        def one_more() -> None:
            nonlocal written
            written += 1
            on_frame(written)

        segments = []
        for frames in evenly(round(clip.duration * movie.rate)):
            part = work / f"{written}.mp4"
            shown = _frames(clip, range(written, written + frames), movie)
            segments.append((part, write_segment(shown, part, movie, on_frame=one_more)))
        join(segments, work / path.name, movie)
        info = check_movie(work / path.name, [frames for _, frames in segments], movie)
        with writing():
            put_in_place(work / path.name, path)
        return info
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _frames(clip: Any, numbers: range, movie: MovieFormat) -> Iterator[VideoFrame]:  # noqa: ANN401 - moviepy's
    for number in numbers:
        pixels = np.ascontiguousarray(clip.get_frame(float(number / movie.rate)), np.uint8)
        yield to_frame(pixels, movie.size)
