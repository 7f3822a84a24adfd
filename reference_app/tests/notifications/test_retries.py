from __future__ import annotations

from timelapse.notifications.retries import GIVE_UP_AFTER, wait_after


def test_it_waits_twice_as_long_after_each_failure_up_to_an_hour():
    assert [wait_after(failures).total_seconds() / 60 for failures in range(1, 9)] == [
        1, 2, 4, 8, 16, 32, 60, 60,
    ]  # fmt: skip
    assert wait_after(10_000).total_seconds() == 3600


def test_the_attempts_of_a_day_are_few():
    failures, waited = 0, 0.0
    while waited < GIVE_UP_AFTER.total_seconds():
        failures += 1
        waited += wait_after(failures).total_seconds()
    assert failures == 29
