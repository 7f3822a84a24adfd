from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from timelapse.rendering.pipeline.clip import PictureClip
from timelapse.rendering.pipeline.geometry import Size

RATE = Fraction(30000, 1001)


def clip(count: int, promised: int | None = None) -> PictureClip:
    frames = (np.full((4, 6, 3), number, np.uint8) for number in range(count))
    return PictureClip(frames, Size(6, 4), count if promised is None else promised, RATE)


@pytest.mark.parametrize("count", [1, 2, 29, 30, 100, 229])
def test_each_frame_is_yielded_once_whatever_floats_make_of_the_rate(count: int) -> None:
    assert [int(frame[0, 0, 0]) for frame in clip(count).iter_frames()] == list(range(count))


def test_times_are_yielded_on_request() -> None:
    times = [time for time, _ in clip(3).iter_frames(with_times=True)]
    assert times == pytest.approx([0, 1001 / 30000, 2002 / 30000])


def test_a_clip_whose_frames_end_early_ends_early() -> None:
    assert len(list(clip(7, promised=10).iter_frames())) == 7


def test_moviepy_may_ask_for_frames_by_time_to_compose_with_them() -> None:
    shown = clip(10)
    assert shown.get_frame(0)[0, 0, 0] == 0
    assert shown.get_frame(0)[0, 0, 0] == 0
    assert shown.get_frame(5 / RATE)[0, 0, 0] == 5
    assert shown.duration == pytest.approx(10 * 1001 / 30000)
    assert tuple(shown.size) == (6, 4)


def test_asking_for_a_frame_after_the_last_says_so() -> None:
    with pytest.raises(EOFError, match="The frames end before"):
        clip(2).get_frame(1.0)
