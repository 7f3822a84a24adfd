"""How frames are moved so that a camera's sway isn't seen. Shifts are measured once, and kept with frames."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, UnidentifiedImageError

from timelapse.frames.actions import record_shifts
from timelapse.frames.queries import thumbnail_of
from timelapse.rendering.pipeline.steady import SIDE, offsets, shift_between

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from timelapse.frames.models import Frame
    from timelapse.rendering.pipeline.steady import Grey, Shift

#: Frames whose shifts are recorded at once.
_BATCH: Final = 200


def unmeasured(frames: Sequence[Frame]) -> list[tuple[Frame, Frame]]:
    """Return the frames whose shift isn't known yet, each after the one before it, in playing order."""
    return [(before, frame) for before, frame in pairwise(frames) if frame.shift_after != before.pk]


def measure(frames: Sequence[Frame], on_measured: Callable[[], None] = lambda: None) -> None:
    """Measure by thumbnails, and record, the shifts that aren't known: the next movie measures what is new.

    ``on_measured`` is called after each; what it raises propagates, and what is measured is kept.
    """
    previews = _Previews()
    measured: list[Frame] = []
    try:
        for before, frame in unmeasured(frames):
            shift = previews.shift(before, frame)
            frame.shift_after, (frame.shift_x, frame.shift_y) = before.pk, shift or (None, None)
            measured.append(frame)
            if len(measured) >= _BATCH:
                record_shifts(measured)
                measured.clear()
            on_measured()
    finally:
        record_shifts(measured)


def offsets_of(frames: Sequence[Frame]) -> list[Shift]:
    """Return how far each measured frame is from where it belongs, for frames in playing order."""
    return offsets([None, *(_shift_of(frame) for frame in frames[1:])])


def _shift_of(frame: Frame) -> Shift | None:
    return None if frame.shift_x is None or frame.shift_y is None else (frame.shift_x, frame.shift_y)


class _Previews:
    """Small grey pictures of frames; that of the last one is kept, because the next one needs it."""

    def __init__(self) -> None:
        self._frame: int | None = None
        self._grey: Grey | None = None

    def shift(self, before: Frame, frame: Frame) -> Shift | None:
        one = self._grey if self._frame == before.pk else _grey(before)
        self._frame, self._grey = frame.pk, _grey(frame)
        return None if one is None or self._grey is None else shift_between(one, self._grey)


def _grey(frame: Frame) -> Grey | None:
    """Read a thumbnail; None if it is missing or damaged."""
    try:
        with Image.open(thumbnail_of(frame), formats=("JPEG",)) as opened:
            scale = SIDE / max(opened.size)
            size = (max(1, round(opened.width * scale)), max(1, round(opened.height * scale)))
            return np.asarray(opened.convert("L").resize(size, Image.Resampling.BOX), np.float32)
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError):
        return None
