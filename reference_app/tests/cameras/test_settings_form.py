from __future__ import annotations

import pytest

from camera_agent.protocol import reading
from timelapse.cameras.settings_form import TABLES, from_form, input_fields, to_form

FIELDS = {field.name: field for field in input_fields()}
SETTINGS = {
    "interval_s": 30.0,
    "schedule": {"windows": ["06:00..12:00", "13:00..20:00"], "burst": 3},
    "delivery": {"ordered": False, "when": "at_once"},
}


def test_the_form_has_each_setting_of_the_protocol_with_what_people_need_to_fill_it_in():
    names = {f"{name}.{field.name}" for name, table in TABLES.items() for field in reading.fields_of(table)}
    assert set(FIELDS) == {"interval_s"} | names
    for field in FIELDS.values():
        assert field.label
        assert str(field.help).endswith(".")
        if "number" in field.kind:
            assert field.minimum < field.maximum
    assert (FIELDS["interval_s"].unit, FIELDS["interval_s"].optional) == ("seconds", False)
    assert FIELDS["delivery.ordered"].choices == ((False, "Flexible"), (True, "Strict"))


def test_settings_come_back_from_the_form_as_they_were():
    assert from_form(to_form(SETTINGS)) == {"exposure": None} | SETTINGS


def test_what_no_longer_fits_is_empty_in_the_form():
    assert to_form({"interval_s": 1e9, "schedule": {"burst": 0, "gone": 1}, "exposure": "auto"}) == {}


@pytest.mark.parametrize("empty", [{}, {"schedule.windows": ""}, {"schedule.windows": None}])
def test_a_table_of_which_nothing_is_filled_in_is_not_set(empty):
    assert from_form({"interval_s": 5} | empty)["schedule"] is None


def test_a_list_has_one_text_a_line():
    filled = {"interval_s": 5, "delivery.networks": " wlan0 \n\nHome; eth0"}
    assert from_form(filled)["delivery"] == {"networks": ["wlan0", "Home", "eth0"]}
