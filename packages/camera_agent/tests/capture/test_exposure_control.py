from __future__ import annotations

import pytest

from camera_agent.capture.exposure_control import ExposureControl
from camera_agent.exposure import Exposure, ExposureLimits, Measurement, at_interval
from camera_agent.protocol.settings import ExposureSettings

LIMITS = ExposureLimits(shortest_s=0.001, longest_s=10, gain=(1, 16), bulb_s=600)
REPORTED = {"shutter_s": 0.02, "gain": 2.0}


def exposure_control(
    limits: ExposureLimits | None = LIMITS, *, bulb_s: float = 0.0, **settings
) -> ExposureControl:
    made = ExposureControl(at_interval(ExposureSettings(**settings), 10), bulb_s=bulb_s)
    made.camera_opened(limits)
    return made


def test_automatic_exposure_is_left_to_the_camera():
    auto = exposure_control(None)
    auto.record_capture(REPORTED, None)
    assert (auto.next_exposure(), auto.problem, auto.active, auto.needs_measurement) == (
        None,
        "",
        False,
        False,
    )


def test_a_lock_keeps_what_the_first_picture_had():
    locked = exposure_control(mode="locked")
    assert locked.next_exposure() is None
    locked.record_capture(REPORTED, None)
    locked.record_capture({"shutter_s": 9.0, "gain": 1.0}, None)
    assert locked.next_exposure() == Exposure(shutter_s=0.02, gain=2.0)


def test_a_lock_with_values_uses_them_from_the_first_picture_on():
    assert exposure_control(mode="locked", shutter_s=0.5).next_exposure() == Exposure(shutter_s=0.5, gain=1.0)
    assert exposure_control(mode="locked", shutter_s=0.5, gain=4).next_exposure() == Exposure(
        shutter_s=0.5, gain=4
    )


def test_a_ramp_begins_at_what_the_camera_found_and_follows_what_is_seen():
    ramp = exposure_control(mode="ramp")
    assert (ramp.next_exposure(), ramp.needs_measurement) == (None, True)
    ramp.record_capture(REPORTED, Measurement(luminance=0.02))
    first = ramp.next_exposure()
    assert first.stops > Exposure(shutter_s=0.02, gain=2.0).stops
    ramp.record_capture(REPORTED, Measurement(luminance=0.02))
    assert ramp.next_exposure().stops > first.stops


def test_each_capture_may_be_held_open():
    bulb = exposure_control(bulb_s=60)
    assert (bulb.next_exposure(), bulb.needs_measurement) == (Exposure(shutter_s=60, gain=1), False)
    bulb.record_capture(REPORTED, None)
    assert bulb.next_exposure() == Exposure(shutter_s=60, gain=1)


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (exposure_control(None, mode="ramp"), "exposure can't be set"),
        (exposure_control(bulb_s=900), "at most 600 s"),
        (exposure_control(mode="locked", shutter_s=900), "goes from 0.001 s to 10 s"),
        (exposure_control(mode="locked", shutter_s=1e-6), "goes from 0.001 s to 10 s"),
    ],
)
def test_what_the_camera_cant_do_is_said_and_the_film_goes_on(made, problem):
    assert problem in made.problem
    assert made.next_exposure() is None


def test_a_ramp_says_what_it_lacks_and_recovers():
    ramp = exposure_control(mode="ramp")
    ramp.record_capture({}, Measurement(luminance=0.1))
    assert "does not report its exposure" in ramp.problem
    ramp.record_capture(REPORTED, None)
    assert "That needs Pillow" in ramp.problem
    ramp.record_capture(REPORTED, Measurement(luminance=0.1))
    assert ramp.problem == ""
