from __future__ import annotations

import pytest

from camera_agent.errors import BadInput

pytest.importorskip("gphoto2")

from camera_agent.drivers.gphoto_settings import Setting, check, parse_extra

CHOICE = Setting(name="iso", kind="choice", value="100", choices=("100", "200"))
NUMBER = Setting(name="zoom", kind="number", value="1.0", limits=(1.0, 4.0, 0.5))
SWITCH = Setting(name="fastfs", kind="switch", value="1")
TEXT = Setting(name="artist", kind="text", value="")


@pytest.mark.parametrize(
    ("setting", "value", "written"),
    [
        (CHOICE, "200", "200"),
        (NUMBER, "2.5", 2.5),
        (SWITCH, "true", 1),
        (SWITCH, "0", 0),
        (TEXT, "Ada", "Ada"),
    ],
)
def test_what_a_setting_takes_is_written_in_its_own_kind(setting, value, written):
    assert check(setting, value) == written


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        (CHOICE, "300"),
        (NUMBER, "5"),
        (NUMBER, "far"),
        (SWITCH, "maybe"),
        (Setting(name="x", kind="text", value="", read_only=True), "y"),
    ],
)
def test_what_it_does_not_take_is_refused_before_the_library_sees_it(setting, value):
    with pytest.raises(BadInput):
        check(setting, value)


def test_extra_settings_are_read_from_one_line():
    assert parse_extra("a=1, b = 2=3,") == {"a": "1", "b": "2=3"}
    assert parse_extra("") == {}
