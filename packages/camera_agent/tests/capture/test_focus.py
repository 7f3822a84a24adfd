from __future__ import annotations

import math

import pytest

from camera_agent.capture.focus import CROWDED, CROWDED_S, PERIOD_S, RETRY_S, FocusAid
from camera_agent.protocol.messages import LONGEST_FOCUS_S, Focus


class Watch:
    """A clock that stands still unless it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def aid(watch):
    return FocusAid(monotonic=watch)


def test_without_a_grant_no_picture_is_due(aid):
    assert (aid.due_in_s(), aid.state()) == (math.inf, Focus())


def test_a_grant_makes_one_due_at_once_and_then_every_other_second_until_it_is_over(aid, watch):
    assert aid.grant(20)
    assert (aid.due_in_s(), aid.state()) == (0, Focus(state="on"))
    aid.taken()
    assert aid.due_in_s() == PERIOD_S
    watch.now += 19
    assert not aid.grant(20)  # it goes on
    assert aid.due_in_s() == 0
    watch.now += 20
    assert (aid.due_in_s(), aid.state()) == (math.inf, Focus())


@pytest.mark.parametrize("nothing", [0, None, -1, True, "20", [20], math.nan])
def test_what_is_no_number_above_zero_ends_it(aid, nothing):
    aid.grant(20)
    assert not aid.grant(nothing)
    assert aid.due_in_s() == math.inf


@pytest.mark.parametrize("seconds", [61, 1e300, math.inf, 10**400])
def test_a_grant_lasts_a_minute_at_most(aid, watch, seconds):
    aid.grant(seconds)
    assert aid.due_in_s() == 0
    watch.now += LONGEST_FOCUS_S
    assert aid.due_in_s() == math.inf


def test_a_failure_is_reported_and_tried_again_later(aid, watch):
    aid.grant(60)
    aid.failed("The camera is away.")
    assert (aid.due_in_s(), aid.state()) == (RETRY_S, Focus(state="failed", message="The camera is away."))
    watch.now += RETRY_S
    aid.taken()
    assert aid.state() == Focus(state="on")


def test_a_schedule_that_leaves_no_time_is_said(aid, watch):
    aid.grant(60)
    watch.now += CROWDED_S + 1
    assert aid.state() == Focus(state="failed", message=CROWDED)
