from __future__ import annotations

import pytest

from camera_agent.drivers.gphoto_exposure import Scales, seconds
from camera_agent.exposure import Exposure

CANON = Scales.of(("bulb", "30", "1", "1/2", "1/250", "1/8000"), ("Auto", "100", "200", "6400"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/200", 0.005),
        ("0.0050s", 0.005),
        ("30", 30.0),
        ("13/10", 1.3),
        ("bulb", None),
        ("Auto", None),
        ("65535/65535", None),
        ("0", None),
    ],
)
def test_shutter_times_are_read_as_cameras_write_them(text, value):
    assert seconds(text) == value


def test_its_limits_are_those_of_its_choices():
    limits = CANON.limits
    assert (limits.shortest_s, limits.longest_s, limits.gain, limits.steps) == (1 / 8000, 30, (1, 64), 3)


def test_what_is_set_is_the_nearest_that_there_is():
    assert CANON.nearest(Exposure(shutter_s=0.003, gain=1.7)) == {"shutter": "1/250", "iso": "200"}
    assert CANON.nearest(Exposure(shutter_s=900, gain=900)) == {"shutter": "30", "iso": "6400"}
    fixed = Scales.of(("1", "2"), ())
    assert fixed.nearest(Exposure(shutter_s=3, gain=9)) == {"shutter": "2"}
    assert fixed.numeric_exposure({"shutter": "2"}) == {"shutter_s": 2.0, "gain": 1.0}


def test_automatic_values_tell_no_exposure():
    assert CANON.numeric_exposure({"shutter": "1/250", "iso": "200"}) == {"shutter_s": 0.004, "gain": 2.0}
    assert CANON.numeric_exposure({"shutter": "1/250", "iso": "Auto"}) == {}
    assert CANON.numeric_exposure({"shutter": "bulb", "iso": "100"}) == {}


def test_a_shutter_that_cant_be_set_is_no_scale():
    assert Scales.of((), ("100",)) is None
    assert Scales.of(("Auto",), ("100",)) is None
