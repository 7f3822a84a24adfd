from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.rendering.pipeline.cut import FIRST_SEGMENT, LONGEST_SEGMENT, MIN_SEGMENT, cut, evenly

SECOND = 1_000_000
START = 1_764_000_000 * SECOND + 123


def steadily(count: int, every_us: int = 2 * SECOND) -> list[int]:
    return [START + every_us * number for number in range(count)]


def segments(times: list[int], *, quick_start: bool = True) -> set[tuple[int, ...]]:
    """What each segment contains."""
    ends = list(accumulate(cut(times, quick_start=quick_start)))
    return {tuple(times[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)}


@given(st.lists(st.integers(0, 10**17), max_size=700).map(sorted))
def test_every_frame_is_in_one_segment_of_at_most_240(times: list[int]) -> None:
    assert sum(cut(times)) == len(times)
    assert all(1 <= frames <= 240 for frames in cut(times))


@pytest.mark.parametrize("every_us", [20_000, SECOND, 2 * SECOND, 600 * SECOND])
def test_a_steady_camera_gives_segments_of_60_to_240_after_a_short_first_one(every_us: int) -> None:
    first, _, *middle, _ = cut(steadily(3000, every_us))
    assert first == FIRST_SEGMENT
    assert middle
    assert all(MIN_SEGMENT <= frames <= 240 for frames in middle)


def test_a_frame_that_arrives_late_changes_one_segment() -> None:
    times = steadily(3000)
    late = sorted([*times, times[1500] + 7])
    assert len(segments(late) - segments(times)) == 1


@pytest.mark.parametrize("more", [1, 30, 60, 119])
def test_frames_that_are_appended_change_the_end_alone(more: int) -> None:
    times = steadily(3000 + more)
    new = segments(times) - segments(times[:3000])
    assert sum(map(len, new)) <= more + 240
    assert all(segment[-1] >= times[3000 - 240] for segment in new)


@given(
    begins=st.integers(0, 2_000),
    frames=st.integers(400, 1_000),
    every_us=st.sampled_from([20_000, SECOND, 7 * SECOND, 600 * SECOND]),
)
def test_a_stretch_is_cut_where_the_whole_is_cut_but_for_its_ends(
    begins: int, frames: int, every_us: int
) -> None:
    times = steadily(3000, every_us)
    stretch = times[begins : begins + frames]
    new = segments(stretch, quick_start=False) - segments(times)
    assert sum(map(len, new)) <= 2 * LONGEST_SEGMENT
    assert all(set(segment) & {*stretch[:240], *stretch[-240:]} for segment in new)


@given(data=st.data(), days=st.integers(2, 12))
def test_days_of_different_lengths_are_cut_where_the_whole_is_cut(data: st.DataObject, days: int) -> None:
    day_us = 24 * 3600 * SECOND
    times = [
        START + day * day_us + number * 60 * SECOND
        for day in range(days)
        for number in range(data.draw(st.integers(1, 700)))
    ]
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(times))] * 2)))
    new = segments(times[first:last], quick_start=False) - segments(times, quick_start=False)
    assert len(new) <= 6


def test_pictures_of_one_moment_are_cut_by_number() -> None:
    assert cut([START] * 500) == [FIRST_SEGMENT, 90, 120, 120, 120, 20]


@pytest.mark.parametrize("times", [[None] * 300, [*steadily(299), START], [-5, *steadily(299)]])
def test_without_an_order_of_times_the_number_decides(times: list[int | None]) -> None:
    assert cut(times) == [FIRST_SEGMENT, 90, 120, 60]


def test_a_short_movie_is_one_segment() -> None:
    assert cut([]) == []
    assert cut(steadily(1)) == [1]
    assert cut(steadily(50)) == [50]
    assert evenly(0) == []
