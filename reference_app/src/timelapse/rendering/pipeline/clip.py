"""The pictures as a moviepy clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moviepy import VideoClip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.geometry import Size


class PictureClip(VideoClip):  # type: ignore[misc]  # moviepy carries no types
    """A clip that shows each frame for one tick of ``rate`` and plays forwards only.

    moviepy requests frames by time and computes ``int(duration * fps)`` frames, which can lose one.
    ``iter_frames`` here yields every frame once and ends when the frames end: a damaged picture makes the
    movie shorter instead of failing it.
    """

    def __init__(self, frames: Iterable[NDArray[np.uint8]], size: Size, count: int, rate: Fraction) -> None:
        super().__init__(duration=float(count / rate))
        self.size = (size.width, size.height)
        self.fps = float(rate)
        self.frame_function = self._frame_at
        self._rate = rate
        self._frames = iter(frames)
        self._shown = -1
        self._frame: NDArray[np.uint8] | None = None

    def iter_frames(
        self,
        fps: float | None = None,  # noqa: ARG002  # moviepy's signature; the clip's own rate holds
        with_times: bool = False,
        logger: object = None,  # noqa: ARG002  # the caller of the encoder reports progress
        dtype: object = None,  # noqa: ARG002  # always uint8
    ) -> Iterator[NDArray[np.uint8]] | Iterator[tuple[float, NDArray[np.uint8]]]:
        """Every frame once, in order, as RGB of 8 bits; with its time in seconds when ``with_times``."""
        while True:
            time = float((self._shown + 1) / self._rate)
            try:
                frame = self._frame_at(time)
            except EOFError:
                return
            yield (time, frame) if with_times else frame

    def _frame_at(self, time: float) -> NDArray[np.uint8]:
        wanted = round(time * self._rate)
        while self._shown < wanted or self._frame is None:
            frame = next(self._frames, None)
            if frame is None:
                raise EOFError(f"The frames end before {time} s.")
            self._frame = frame
            self._shown += 1
        return self._frame
