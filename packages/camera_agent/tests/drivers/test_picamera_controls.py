from __future__ import annotations

import pytest

from camera_agent.drivers.picamera_controls import locked, metadata_matches, parse
from camera_agent.errors import BadInput

KNOWN = {
    "AeEnable": (False, True, True),
    "ExposureTime": (60, 1_000_000, None),
    "AnalogueGain": (1.0, 16.0, None),
    "ColourGains": ((0.0, 0.0), (32.0, 32.0), None),
}


def test_controls_are_read_in_their_own_kind():
    read = parse("ExposureTime=10000, AnalogueGain=2, AeEnable=false", KNOWN)
    assert read == {"ExposureTime": 10_000, "AnalogueGain": 2.0, "AeEnable": False}
    assert parse("", KNOWN) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ExposureTim=1", "Did you mean 'ExposureTime'"),
        ("Zoom=1", "It has: AeEnable"),
        ("ExposureTime=1", "goes from 60 to"),
        ("AnalogueGain=much", "is a number"),
        ("AeEnable=1", "true, false"),
        ("ColourGains=1", "several numbers"),
    ],
)
def test_what_the_camera_does_not_take_is_refused(text, message):
    with pytest.raises(BadInput, match=message):
        parse(text, KNOWN)


def test_locking_turns_the_automatics_off_at_what_they_found():
    found = {"ExposureTime": 9000, "ColourGains": (1.5, 1.2), "Lux": 3.0}
    assert locked(found) == {
        "AeEnable": False,
        "AwbEnable": False,
        "ExposureTime": 9000,
        "ColourGains": (1.5, 1.2),
    }


@pytest.mark.parametrize(
    ("metadata", "shown"),
    [
        ({"ExposureTime": 10_150, "ColourGains": (1.5, 1.2)}, True),
        ({"ExposureTime": 10_300, "ColourGains": (1.5, 1.2)}, False),
        ({"ExposureTime": 10_000, "ColourGains": (1.5, 1.4)}, False),
        ({"ExposureTime": 10_000, "ColourGains": (1.5,)}, False),
        ({}, True),
    ],
)
def test_a_frame_counts_when_it_shows_the_controls_asked_for(metadata, shown):
    assert (
        metadata_matches(metadata, {"ExposureTime": 10_000, "ColourGains": (1.5, 1.2), "AeEnable": False})
        is shown
    )
