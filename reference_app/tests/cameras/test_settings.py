from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_agent.protocol.settings import CameraSettings, Schedule
from timelapse.cameras.graphql.settings import to_graphql
from timelapse.cameras.settings import refusals, settings_of
from timelapse.shared import conf

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
FINE = {
    "interval_s": 30,
    "schedule": {
        "windows": ["mon-fri 06:30..20:00", "sunrise-30m..sunset+1h30m"],
        "burst": 3,
        "latitude": 47.4,
        "longitude": 8.5,
    },
    "exposure": {"mode": "ramp", "target": 0.18},
    "delivery": {"when": "at_once", "networks": [], "rate_kib_s": 512, "parallel": 2, "ordered": True},
}


HOSTILE = [
    {"end": "9999-12-31"},
    {"windows": ["sunrise+99999999999h..sunset"]},
    {"burst": 10**30},
    {"burst": []},
]


@pytest.mark.parametrize("schedule", HOSTILE, ids=str)
def test_old_settings_that_todays_rules_refuse_count_as_not_set(schedule):
    assert settings_of({"interval_s": 5, "schedule": schedule}) == CameraSettings(interval_s=5)
    assert to_graphql("schedule", schedule) is not None


@pytest.mark.parametrize("interval_s", [0, -1, 1e300, 1e-300, float("nan"), None])
def test_an_old_interval_out_of_range_is_the_default(interval_s):
    assert settings_of({"interval_s": interval_s}).interval_s == conf.get().frame_interval_s


def test_settings_that_an_agent_can_apply_are_accepted():
    assert refusals(FINE) == ()


@pytest.mark.parametrize(
    ("settings", "field", "code"),
    [
        ({"interval_s": 0}, "interval_s", "wrong_value"),
        ({"interval_s": float("nan")}, "interval_s", "wrong_value"),
        ({"interval_s": 1e9}, "interval_s", "wrong_value"),
        ({"interval_s": 5, "schedule": {"window": []}}, "schedule.window", "unknown_key"),
        ({"interval_s": 5, "schedule": {"windows": "06:30..20:00"}}, "schedule.windows", "wrong_kind"),
        ({"interval_s": 5, "schedule": {"windows": ["25:00..26:00"]}}, "schedule.windows", "wrong_value"),
        ({"interval_s": 5, "schedule": {"windows": ["06:00-20:00"]}}, "schedule.windows", "wrong_value"),
        (
            {"interval_s": 5, "schedule": {"windows": ["06:00..07:00"] * 25}},
            "schedule.windows",
            "wrong_value",
        ),
        ({"interval_s": 5, "schedule": {"timezone": "Europe/Atlantis"}}, "schedule.timezone", "wrong_value"),
        ({"interval_s": 5, "schedule": {"latitude": 91}}, "schedule.latitude", "wrong_value"),
        ({"interval_s": 5, "schedule": {"start": "tomorrow"}}, "schedule.start", "wrong_value"),
        ({"interval_s": 5, "schedule": {"end": "2026-11-23T25:00"}}, "schedule.end", "wrong_value"),
        ({"interval_s": 5, "schedule": {"windows": ["sat dawn..dusk"]}}, "schedule.windows", "no_place"),
        ({"interval_s": 5, "schedule": {"burst": True}}, "schedule.burst", "wrong_kind"),
        ({"interval_s": 5, "schedule": {"burst": 7, "burst_s": 1}}, "schedule.burst", "burst_too_long"),
        ({"interval_s": 5, "exposure": {"mode": "magic"}}, "exposure.mode", "wrong_value"),
        ({"interval_s": 5, "exposure": {"gain": float("inf")}}, "exposure.gain", "wrong_value"),
        ({"interval_s": 5, "delivery": {"networks": [1]}}, "delivery.networks", "wrong_kind"),
        ({"interval_s": 5, "delivery": {"paralel": 2}}, "delivery.paralel", "unknown_key"),
        ({"interval_s": 5, "delivery": {"parallel": 9}}, "delivery.parallel", "wrong_value"),
        ({"interval_s": 5, "delivery": {"ordered": 1}}, "delivery.ordered", "wrong_kind"),
        ({"interval_s": 5, "delivery": {"when": "windows", "windows": []}}, "delivery.when", "no_windows"),
    ],
)
def test_what_can_not_work_is_refused_by_its_field(settings, field, code):
    (reason,) = refusals(settings)
    assert (reason.params["field"], reason.code) == (field, code)
    assert reason.message
    assert reason.remedy


CASES = json.loads((GOLDEN / "settings_cases.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["settings"]))
def test_settings_are_accepted_and_refused_as_the_protocol_says(case):
    found = [(reason.code, reason.message) for reason in refusals(case["settings"])]
    assert found == [(problem["code"], problem["message"]) for problem in case["problems"]]


def test_stored_settings_are_read_with_their_defaults():
    found = settings_of({"interval_s": 5, "schedule": {"windows": ["06:00..20:00"]}})
    assert found == CameraSettings(interval_s=5.0, schedule=Schedule(windows=("06:00..20:00",)))


def test_a_stored_table_that_todays_rules_refuse_counts_as_not_set():
    assert settings_of({"interval_s": 5, "schedule": {"windows": ["24:30..06:00"]}}).schedule is None


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
_tables = st.dictionaries(st.sampled_from(["windows", "timezone", "burst", "burst_s", "start", "x"]), _values)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(interval=st.floats(), table=_tables)
def test_any_settings_are_answered_by_a_list_of_reasons(interval, table):
    for reason in refusals({"interval_s": interval, "schedule": table}):
        assert str(reason.params["field"]).partition(".")[0] in {"interval_s", "schedule"}
