from __future__ import annotations

from camera_agent.capture.deadline import GRACE_S, AdaptiveDeadline


def test_a_camera_that_hangs_is_missed_within_its_interval_and_5_seconds_from_its_first_capture_on():
    deadline = AdaptiveDeadline(30.0)
    assert deadline.deadline_s(2.0) == 2.0 + GRACE_S < 2.0 + 5.0
    deadline.succeeded(0.4)
    assert deadline.deadline_s(2.0) == 2.0 + GRACE_S


def test_a_slow_camera_is_given_three_times_what_it_took_and_never_more_than_the_limit():
    deadline = AdaptiveDeadline(30.0)
    deadline.succeeded(8.0)
    assert deadline.deadline_s(1.0) == 24.0
    deadline.succeeded(20.0)
    assert deadline.deadline_s(1.0) == 30.0


def test_a_slow_capture_is_forgotten_in_time():
    deadline = AdaptiveDeadline(30.0)
    deadline.succeeded(8.0)
    for _ in range(200):
        deadline.succeeded(0.2)
    assert deadline.deadline_s(1.0) == 5.0


def test_one_that_may_be_slow_only_is_given_longer_with_each_loss_up_to_the_limit():
    deadline = AdaptiveDeadline(30.0)
    given = []
    for _ in range(1000):
        given.append(deadline.deadline_s(2.0))
        deadline.timed_out()
    assert given[:4] == [6.0, 18.0, 30.0, 30.0]
    assert set(given[4:]) == {30.0}
    deadline.succeeded(8.0)
    assert deadline.deadline_s(2.0) == 24.0


def test_a_limit_below_the_interval_counts():
    assert AdaptiveDeadline(3.0).deadline_s(60.0) == 3.0


def test_an_exposure_has_its_own_time():
    deadline = AdaptiveDeadline(30.0)
    deadline.succeeded(60.5, 60.0)
    assert deadline.deadline_s(120.0, 60.0) == 30.0 + 180.0
    assert deadline.deadline_s(1.0) == 5.0
