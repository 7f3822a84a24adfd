from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera_agent.protocol.messages import PairingRequest
from timelapse.cameras.command_rules import CommandResult
from timelapse.cameras.health import Health
from timelapse.frames.domain import Fix
from timelapse.ingest import messages
from timelapse.ingest.domain import Refusal

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
LEAST = {"protocol": 1, "every_s": 5, "grace_s": 10}
RECORD = {"id": "boot-1", "kind": "log", "at": "2026-11-23T21:41:00Z", "clock": "synced", "data": {}}


def golden(name):
    return messages.read_object((GOLDEN / name).read_bytes())


def test_the_golden_heartbeat_is_read_whole():
    beat, _, _ = messages.heartbeat(golden("heartbeat.json"))
    assert (beat.seq, beat.every_s, beat.grace_s) == (12, 5, 10)
    assert (beat.state, beat.driver) == ("capturing", "simulated")
    assert (beat.spool_pending, beat.spool_bytes, beat.spool_refused) == (3, 614400, 0)
    assert (beat.disk_free, beat.disk_total) == (12884901888, 31914983424)
    assert beat.versions == {"agent": "0.1.0", "python": "3.11.7"}


def test_the_golden_pairing_request_is_read_whole():
    assert messages.pairing_request(golden("pairing_request.json")) == PairingRequest(
        name="Roof", driver="simulated", model="Simulated landscape", agent="camera-agent 0.1.0"
    )


def test_a_promise_is_all_that_a_heartbeat_needs():
    beat, _, _ = messages.heartbeat(LEAST)
    assert (beat.state, beat.spool_pending, beat.disk_free, beat.versions) == ("", 0, None, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_s": 0},
        {"every_s": -5},
        {"every_s": "5"},
        {"every_s": True},
        {"every_s": float("inf")},
        {"every_s": float("nan")},
        {"every_s": 1e9},
        {"grace_s": None},
        {"seq": -1},
        {"seq": 1.5},
        {"seq": 2**31},
        {"spool": []},
        {"spool": {"pending": "3"}},
        {"disk": {"free": -1}},
        {"versions": {"agent": 1}},
    ],
)
def test_a_heartbeat_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(Refusal) as caught:
        messages.heartbeat(LEAST | wrong)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"\xff", "malformed"),
        (b"[]", "malformed"),
        (b"[" * 60_000, "malformed"),
        (b"{}", "unknown_protocol"),
        (b'{"protocol": 2}', "unknown_protocol"),
    ],
)
def test_a_body_that_is_no_message_is_refused(body, code):
    with pytest.raises(Refusal) as caught:
        messages.read_object(body)
    assert caught.value.code == code


def test_a_camera_may_be_nameless_and_a_driverless_one_is_refused():
    assert messages.pairing_request({"driver": "simulated"}).name == ""
    with pytest.raises(Refusal, match="driver"):
        messages.pairing_request({"name": "Roof"})


def test_names_of_versions_are_freed_of_control_letters_too():
    assert messages.heartbeat(LEAST | {"versions": {"a\x00gent": "1"}})[0].versions == {"agent": "1"}


def test_texts_are_shortened_and_freed_of_control_letters():
    assert messages.pairing_request({"driver": "a\x00b\x1b" + "c" * 100}).driver == "ab" + "c" * 38


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
keys = st.sampled_from(["seq", "every_s", "grace_s", "state", "spool", "disk", "versions", "driver", "name"])


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(keys, json_values))
def test_no_message_brings_down_the_reader(values):
    body = json.dumps({"protocol": 1} | values).encode()
    for read in (messages.heartbeat, messages.pairing_request):
        try:
            read(messages.read_object(body))
        except Refusal as refusal:
            assert refusal.status == 400  # noqa: PT017 - either way of ending is right


def test_the_golden_heartbeat_tells_how_the_machine_does():
    assert messages.heartbeat(golden("heartbeat_full.json"))[0].health == Health(
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
        recent_starts=1,
        network="wlan0",
        timezone="Europe/Zurich",
        focus="on",
        warnings=("The card is full in about 3 h at the present rate.",),
    )


def test_a_heartbeat_of_an_old_agent_tells_nothing_of_it():
    assert messages.heartbeat(LEAST)[0].health == Health()


@pytest.mark.parametrize("reported", [None, "", "Europe", "../../etc/passwd", "Moon/Tranquility", "\0"])
def test_a_time_zone_that_is_unknown_here_counts_as_not_reported(reported):
    assert messages.heartbeat(LEAST | {"timezone": reported})[0].health.timezone == ""


def test_the_golden_heartbeat_says_why_its_configuration_was_not_taken():
    beat, _, _ = messages.heartbeat(golden("heartbeat_full.json"))
    assert beat.config_error.startswith('schedule.windows: "25:00-26:00"')


def test_the_golden_clock_fix_and_command_reports_are_read():
    _, fixes, results = messages.heartbeat(golden("heartbeat_full.json"))
    boot = "6f9c1e3a-52c4-4a86-9d0f-0e1a5c0b7d22"
    assert fixes == [Fix(boot=boot, offset_ns=1795470516757250000, error_ms=50, source="ntp")]
    assert results[1] == CommandResult(
        command="8b11d0e4", state="failed", message="The camera did not answer in time."
    )


def test_the_golden_records_are_read():
    failed, thinned, log = messages.records(golden("records.json"))
    assert (failed.kind, failed.data["reason"], failed.clock) == ("gap", "camera_failed", "synced")
    assert failed.begins_at == datetime(2026, 11, 23, 21, 39, 30, tzinfo=UTC)
    assert failed.ends_at == datetime(2026, 11, 23, 21, 40, 10, tzinfo=UTC)
    assert (thinned.data["missed"], log.kind, log.begins_at) == (12, "log", None)


def test_a_gap_without_edges_lies_where_it_was_noted():
    (gap,) = messages.records({"records": [RECORD | {"kind": "gap", "data": {"from": None}}]})
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
        {
            "records": [
                RECORD | {"kind": "gap", "data": {"from": RECORD["at"], "until": "2026-11-01T00:00:00Z"}}
            ]
        },
        {"records": [RECORD | {"kind": "gap", "data": {"reason": {"a": 1}}}]},
        {"records": [RECORD | {"kind": "gap", "data": {"missed": 10**30}}]},
        {"records": [RECORD] * 501},
    ],
)
def test_what_is_kept_or_acted_upon_is_read_strictly(wrong):
    read = messages.records if "records" in wrong else messages.heartbeat
    with pytest.raises(Refusal) as caught:
        read(LEAST | wrong)
    assert (caught.value.status, caught.value.code) == (400, "malformed")


_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_json = _plain | st.lists(_plain, max_size=3) | st.dictionaries(st.text(max_size=3), _plain, max_size=2)
_KEYS = ("battery_percent", "temperature_c", "throttled", "warnings", "rss_bytes", "uptime_s", "last_capture")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work shares the machine
@given(st.dictionaries(st.sampled_from(_KEYS), _json))
def test_health_that_makes_no_sense_counts_as_untold(message):
    json.dumps(messages.heartbeat(LEAST | message)[0].health.to_json(), allow_nan=False)
