from __future__ import annotations

import pytest

from timelapse.cameras.health import Health, drain_estimate

WHOLE = Health(
    clock="synced", dropped=3, temperature_c=48.3, throttled=("hot",), warnings=("The card is nearly full.",)
)


def test_what_is_stored_is_what_is_read():
    assert Health.from_json(WHOLE.to_json()) == WHOLE


def test_a_column_of_another_version_is_read_as_far_as_it_goes():
    assert Health.from_json({"clock": "synced", "phase_of_the_moon": 3}) == Health(clock="synced")


@pytest.mark.parametrize(
    ("pending", "delivered", "estimate"),
    [
        (0, 0, 0.0),
        (1, 0, 4.0),
        (3, 30, 12.0),
        (4, 30, None),
        (100, 130, 100.0),
        (100, 30, None),
        (100, 0, None),
        (43_200, 180 + 30, 28_800.0),
    ],
)
def test_a_spool_drains_by_what_is_delivered_less_what_is_filmed(pending, delivered, estimate):
    within, interval = 120.0, 4.0 if delivered != 130 else 12.0
    drained = drain_estimate(pending=pending, delivered=delivered, within_s=within, interval_s=interval)
    assert drained == (pytest.approx(estimate) if estimate is not None else None)
