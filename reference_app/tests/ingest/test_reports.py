from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.cameras.command_rules import CommandResult
from timelapse.cameras.health import Health
from timelapse.frames.domain import Fix
from timelapse.ingest import messages, reports
from timelapse.ingest.domain import Refusal

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
RECORD = {"id": "boot-1", "kind": "log", "at": "2026-11-23T21:41:00Z", "clock": "synced", "data": {}}


def golden(name):
    return messages.read_object((GOLDEN / name).read_bytes())


def test_the_golden_heartbeat_tells_how_the_machine_does():
    assert reports.health(golden("heartbeat_full.json")) == Health(
        clock="synced",
        dropped=0,
        exported=0,
        records=2,
        oldest_at="2026-11-23T21:49:38.031250+00:00",
        last_captured_at="2026-11-23T21:49:58.031250+00:00",
        battery_percent=None,
        driver_battery_percent=81,
        temperature_c=48.3,
        throttled=("under_voltage",),
        rss_bytes=29360128,
        uptime_s=83.4,
        network="wlan0",
        timezone="Europe/Zurich",
        warnings=("The card is full in about 3 h at the present rate.",),
    )


def test_a_heartbeat_of_an_old_agent_tells_nothing_of_it():
    assert reports.health({"protocol": 1}) == Health()


@pytest.mark.parametrize("told", [None, "", "Europe", "../../etc/passwd", "Moon/Tranquility", "\0"])
def test_a_time_zone_that_is_not_known_here_counts_as_not_told(told):
    assert reports.health({"timezone": told}).timezone == ""


def test_the_golden_heartbeat_says_why_its_configuration_was_not_taken():
    beat = messages.heartbeat(golden("heartbeat_full.json"))
    assert beat.config_error.startswith('schedule.windows: "25:00-26:00"')


def test_the_golden_clock_fix_and_command_reports_are_read():
    message = golden("heartbeat_full.json")
    boot = "6f9c1e3a-52c4-4a86-9d0f-0e1a5c0b7d22"
    assert reports.clock_fixes(message) == [
        Fix(boot=boot, offset_ns=1795470516757250000, error_ms=50, source="ntp")
    ]
    assert reports.command_reports(message)[1] == CommandResult(
        command="8b11d0e4", state="failed", message="The camera did not answer in time."
    )


def test_the_golden_records_are_read():
    failed, thinned, log = reports.records(golden("records.json"))
    assert (failed.kind, failed.data["reason"], failed.clock) == ("gap", "camera_failed", "synced")
    assert failed.begins_at == datetime(2026, 11, 23, 21, 39, 30, tzinfo=UTC)
    assert failed.ends_at == datetime(2026, 11, 23, 21, 40, 10, tzinfo=UTC)
    assert (thinned.data["missed"], log.kind, log.begins_at) == (12, "log", None)


def test_a_gap_without_edges_lies_where_it_was_noted():
    (gap,) = reports.records({"records": [RECORD | {"kind": "gap", "data": {"from": None}}]})
    assert gap.begins_at == gap.ends_at == gap.at


@pytest.mark.parametrize(
    "wrong",
    [
        {"clock_fixes": [{"boot": "b", "offset_ns": "1", "source": "ntp"}]},
        {"clock_fixes": [{"boot": "b", "offset_ns": 2**63, "source": "ntp"}]},
        {"clock_fixes": [{"boot": "b", "offset_ns": -1, "source": "ntp"}]},
        {"clock_fixes": [{"boot": "b", "offset_ns": 1, "source": "stars"}]},
        {"clock_fixes": [{"offset_ns": 1, "source": "ntp"}]},
        {"clock_fixes": {}},
        {"clock_fixes": [1]},
        {"commands": [{"id": "x", "state": "perhaps"}]},
        {"commands": [{"state": "done"}]},
        {"records": [RECORD | {"kind": "song"}]},
        {"records": [RECORD | {"id": ""}]},
        {"records": [RECORD | {"at": "yesterday"}]},
        {"records": [RECORD | {"clock": "broken"}]},
        {"records": [RECORD | {"data": {"x": "y" * 20_000}}]},
        {"records": [RECORD | {"data": {"x": "\0"}}]},
        {"records": [RECORD | {"data": {"x": float("nan")}}]},
        {"records": [RECORD | {"kind": "gap", "data": {"from": "long ago"}}]},
        {"records": [RECORD] * 501},
    ],
)
def test_what_is_kept_or_acted_upon_is_read_strictly(wrong):
    read = {
        "clock_fixes": reports.clock_fixes,
        "commands": reports.command_reports,
        "records": reports.records,
    }
    (part,) = wrong
    with pytest.raises(Refusal) as caught:
        read[part](wrong)
    assert (caught.value.status, caught.value.code) == (400, "malformed")


_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_json = _plain | st.lists(_plain, max_size=3) | st.dictionaries(st.text(max_size=3), _plain, max_size=2)
_KEYS = ("battery_percent", "temperature_c", "throttled", "warnings", "rss_bytes", "uptime_s", "last_capture")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(st.dictionaries(st.sampled_from(_KEYS), _json))
def test_health_that_makes_no_sense_counts_as_untold(message):
    json.dumps(reports.health(message).to_json(), allow_nan=False)
