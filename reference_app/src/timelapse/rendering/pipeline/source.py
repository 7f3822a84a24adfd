"""Decodes pictures in order, a few ahead of the encoder."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING

from timelapse.rendering.pipeline.errors import PictureError
from timelapse.rendering.pipeline.picture import LeftOut, Picture, read_frame

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from timelapse.rendering.pipeline.geometry import Size

# Decoding releases the GIL, so that two readers keep two cores busy in addition to the encoder.
_READERS = 2
_AHEAD = 4


class FrameSource:
    """Yields a movie's frames from its pictures; ``left_out`` collects the unusable ones."""

    def __init__(self, pictures: Sequence[Picture], size: Size, *, max_pixels: int) -> None:
        self.pictures = pictures
        self.size = size
        self.left_out: list[LeftOut] = []
        self._max_pixels = max_pixels

    def frames(self) -> Generator[NDArray[np.uint8], None, None]:
        """Yield each usable picture as an RGB array (height, width, 3), in order."""
        waiting: deque[tuple[Picture, Future[NDArray[np.uint8]]]] = deque()
        upcoming = iter(self.pictures)
        with ThreadPoolExecutor(_READERS, thread_name_prefix="frames") as readers:
            try:
                while True:
                    for picture in islice(upcoming, _AHEAD - len(waiting)):
                        waiting.append((picture, readers.submit(self._read, picture)))
                    if not waiting:
                        return
                    picture, future = waiting.popleft()
                    try:
                        frame = future.result()
                    except PictureError as refused:
                        self.left_out.append(
                            LeftOut(name=picture.name, code=refused.code, reason=refused.message)
                        )
                    else:
                        yield frame
            finally:
                for _, future in waiting:
                    future.cancel()

    def _read(self, picture: Picture) -> NDArray[np.uint8]:
        return read_frame(picture, self.size, max_pixels=self._max_pixels)
