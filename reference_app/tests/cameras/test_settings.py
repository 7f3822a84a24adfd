from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.cameras.settings import CameraSettings, refusals

FINE = CameraSettings(
    interval_s=30,
    schedule={"windows": ["mon-fri 06:30..20:00", "sunrise-30m..sunset+1h30m"], "burst": 3, "latitude": 47.4},
    exposure={"mode": "ramp", "target": 0.18},
    delivery={"when": "at_once", "networks": [], "rate_kib_s": 512, "parallel": 2, "ordered": True},
)


def test_a_wish_that_an_agent_can_take_is_not_refused():
    assert refusals(FINE) == ()


@pytest.mark.parametrize(
    ("settings", "field", "code"),
    [
        (CameraSettings(interval_s=0), "intervalSeconds", "interval"),
        (CameraSettings(interval_s=float("nan")), "intervalSeconds", "interval"),
        (CameraSettings(interval_s=1e9), "intervalSeconds", "interval"),
        (CameraSettings(interval_s=5, schedule={"window": []}), "schedule", "unknown_key"),
        (CameraSettings(interval_s=5, schedule={"windows": "06:30..20:00"}), "schedule", "wrong_kind"),
        (CameraSettings(interval_s=5, schedule={"windows": ["25:00..26:00"]}), "schedule", "wrong_value"),
        (CameraSettings(interval_s=5, schedule={"windows": ["06:00-20:00"]}), "schedule", "wrong_value"),
        (
            CameraSettings(interval_s=5, schedule={"windows": ["06:00..07:00"] * 25}),
            "schedule",
            "wrong_value",
        ),
        (CameraSettings(interval_s=5, schedule={"timezone": "Europe/Atlantis"}), "schedule", "wrong_value"),
        (CameraSettings(interval_s=5, schedule={"latitude": 91}), "schedule", "wrong_value"),
        (CameraSettings(interval_s=5, schedule={"start": "tomorrow"}), "schedule", "wrong_value"),
        (CameraSettings(interval_s=5, schedule={"end": "2026-11-23T25:00"}), "schedule", "wrong_value"),
        (CameraSettings(interval_s=5, schedule={"windows": ["sat dawn..dusk"]}), "schedule", "no_place"),
        (CameraSettings(interval_s=5, schedule={"burst": True}), "schedule", "wrong_kind"),
        (CameraSettings(interval_s=5, schedule={"burst": 7, "burst_s": 1}), "schedule", "burst_too_long"),
        (CameraSettings(interval_s=5, exposure={"mode": "magic"}), "exposure", "wrong_value"),
        (CameraSettings(interval_s=5, exposure={"gain": float("inf")}), "exposure", "wrong_kind"),
        (CameraSettings(interval_s=5, delivery={"networks": [1]}), "delivery", "wrong_kind"),
        (CameraSettings(interval_s=5, delivery={"paralel": 2}), "delivery", "unknown_key"),
        (CameraSettings(interval_s=5, delivery={"parallel": 9}), "delivery", "wrong_value"),
        (CameraSettings(interval_s=5, delivery={"ordered": 1}), "delivery", "wrong_kind"),
        (CameraSettings(interval_s=5, delivery={"when": "windows", "windows": []}), "delivery", "no_windows"),
    ],
)
def test_what_can_not_work_is_refused_by_its_field(settings, field, code):
    (reason,) = refusals(settings)
    assert (reason.params["field"], reason.code) == (field, code)
    assert reason.message
    assert reason.remedy


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
_tables = st.dictionaries(st.sampled_from(["windows", "timezone", "burst", "burst_s", "start", "x"]), _values)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(interval=st.floats(), table=_tables)
def test_whatever_is_wished_the_answer_is_a_list_of_reasons(interval, table):
    for reason in refusals(CameraSettings(interval_s=interval, schedule=table)):
        assert reason.params["field"] in {"intervalSeconds", "schedule"}
