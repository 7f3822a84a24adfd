from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timelapse.cameras.sample_slots import KEPT, MOST_POINTS, SLOT, ChartSlots, begin_of, slot_of

moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by `timezones`
lengths = st.timedeltas(timedelta(microseconds=1), KEPT)


@given(moment=moments)
def test_a_moment_is_in_its_slot(moment):
    assert begin_of(slot_of(moment)) <= moment < begin_of(slot_of(moment)) + SLOT


@given(since=moments, length=lengths)
def test_a_chart_has_every_slot_of_its_period_and_no_other(since, length):
    chart = ChartSlots.between(since, since + length)
    assert begin_of(chart.first) <= since < begin_of(chart.first + 1)
    assert begin_of(chart.end - 1) < since + length <= begin_of(chart.end)


@given(since=moments, length=lengths)
def test_a_chart_has_few_points_in_order_and_none_outside(since, length):
    chart = ChartSlots.between(since, since + length)
    numbers = sorted({slot // chart.in_point for slot in range(chart.first, chart.end)})
    begins = [chart.begin_of_point(number) for number in numbers]
    assert len(begins) <= MOST_POINTS
    assert begins == sorted(set(begins))
    assert begin_of(chart.first) == begins[0]
    assert begins[-1] < since + length


@pytest.mark.parametrize(("days", "minutes"), [(1 / 24, 5), (1, 5), (2, 15), (7, 60), (30, 180), (31, 180)])
def test_a_longer_chart_has_longer_points(days, minutes):
    since = datetime(2026, 11, 23, 12, 2, tzinfo=UTC)
    assert ChartSlots.between(since, since + timedelta(days=days)).in_point * SLOT == timedelta(
        minutes=minutes
    )
