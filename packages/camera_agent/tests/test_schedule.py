from __future__ import annotations

import pytest

from camera_agent.schedule import Grid


@pytest.mark.parametrize(
    ("now", "slot"), [(99.0, 100.0), (100.0, 100.0), (100.1, 102.0), (102.0, 102.0), (109.0, 110.0)]
)
def test_the_next_slot_lies_on_the_grid(now, slot):
    assert Grid(origin=100.0, interval_s=2.0).next_slot(now) == slot


def test_a_month_of_slots_does_not_drift():
    grid = Grid(origin=0.0, interval_s=10.0)
    now = 0.0
    for _ in range(10_000):
        now = grid.next_slot(now + 0.3)
    assert now == 100_000.0


def test_slots_slept_through_are_left_out_not_made_up_for():
    grid = Grid(origin=0.0, interval_s=2.0)
    assert grid.next_slot(61.0) == 62.0
    assert grid.missed(0.0, 62.0) == 30
    assert grid.missed(60.0, 62.0) == 0
