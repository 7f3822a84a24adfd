from __future__ import annotations

import pytest

from camera_agent.exposure import Exposing, Exposure, Limits, Seen
from camera_agent.steering import Steering

LIMITS = Limits(shortest_s=0.001, longest_s=10, gain=(1, 16), bulb_s=600)
TOLD = {"shutter_s": 0.02, "gain": 2.0}


def steering(limits: Limits | None = LIMITS, *, bulb_s: float = 0.0, **settings) -> Steering:
    made = Steering(Exposing(**settings).at_interval(10), bulb_s=bulb_s)
    made.opened(limits)
    return made


def test_automatic_exposure_is_left_to_the_camera():
    auto = steering(None)
    auto.took(TOLD, None)
    assert (auto.wish(), auto.problem, auto.active, auto.looks) == (None, "", False, False)


def test_a_lock_keeps_what_the_first_picture_had():
    locked = steering(mode="locked")
    assert locked.wish() is None
    locked.took(TOLD, None)
    locked.took({"shutter_s": 9.0, "gain": 1.0}, None)
    assert locked.wish() == Exposure(shutter_s=0.02, gain=2.0)


def test_a_lock_with_values_uses_them_from_the_first_picture_on():
    assert steering(mode="locked", shutter_s=0.5).wish() == Exposure(shutter_s=0.5, gain=1.0)
    assert steering(mode="locked", shutter_s=0.5, gain=4).wish() == Exposure(shutter_s=0.5, gain=4)


def test_a_ramp_begins_at_what_the_camera_found_and_follows_what_is_seen():
    ramp = steering(mode="ramp")
    assert (ramp.wish(), ramp.looks) == (None, True)
    ramp.took(TOLD, Seen(luminance=0.02))
    first = ramp.wish()
    assert first.stops > Exposure(shutter_s=0.02, gain=2.0).stops
    ramp.took(TOLD, Seen(luminance=0.02))
    assert ramp.wish().stops > first.stops


def test_each_capture_may_be_held_open():
    bulb = steering(bulb_s=60)
    assert (bulb.wish(), bulb.looks) == (Exposure(shutter_s=60, gain=1), False)
    bulb.took(TOLD, None)
    assert bulb.wish() == Exposure(shutter_s=60, gain=1)


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (steering(None, mode="ramp"), "exposure can't be set"),
        (steering(bulb_s=900), "at most 600 s"),
        (steering(mode="locked", shutter_s=900), "goes from 0.001 s to 10 s"),
        (steering(mode="locked", shutter_s=1e-6), "goes from 0.001 s to 10 s"),
    ],
)
def test_what_the_camera_cant_do_is_said_and_the_film_goes_on(made, problem):
    assert problem in made.problem
    assert made.wish() is None


def test_a_ramp_says_what_it_lacks_and_recovers():
    ramp = steering(mode="ramp")
    ramp.took({}, Seen(luminance=0.1))
    assert "does not tell how it exposes" in ramp.problem
    ramp.took(TOLD, None)
    assert "install Pillow" in ramp.problem
    ramp.took(TOLD, Seen(luminance=0.1))
    assert ramp.problem == ""
