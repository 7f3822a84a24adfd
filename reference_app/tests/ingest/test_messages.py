from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from timelapse.ingest import messages
from timelapse.ingest.domain import Refusal

GOLDEN = Path(__file__).parents[3] / "docs" / "reference" / "agent-protocol"
LEAST = {"protocol": 1, "every_s": 5, "grace_s": 10}


def golden(name):
    return messages.read_object((GOLDEN / name).read_bytes())


def test_the_golden_heartbeat_is_read_whole():
    beat = messages.heartbeat(golden("heartbeat.json"))
    assert (beat.seq, beat.every_s, beat.grace_s) == (12, 5, 10)
    assert (beat.state, beat.driver) == ("capturing", "simulated")
    assert (beat.spool_pending, beat.spool_bytes, beat.spool_refused) == (3, 614400, 0)
    assert (beat.disk_free, beat.disk_total) == (12884901888, 31914983424)
    assert beat.versions == {"agent": "0.1.0", "python": "3.11.7"}


def test_the_golden_pairing_request_is_read_whole():
    assert messages.pairing_request(golden("pairing_request.json")) == messages.PairingRequest(
        name="Roof", driver="simulated", model="Simulated landscape", agent="camera-agent 0.1.0"
    )


def test_a_promise_is_all_that_a_heartbeat_needs():
    beat = messages.heartbeat(LEAST)
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
        {"state": 7},
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


def test_a_nameless_camera_gets_a_name_and_a_driverless_one_is_refused():
    assert messages.pairing_request({"driver": "simulated"}).name == "Camera"
    with pytest.raises(Refusal, match="driver"):
        messages.pairing_request({"name": "Roof"})


def test_names_of_versions_are_freed_of_control_letters_too():
    assert messages.heartbeat(LEAST | {"versions": {"a\x00gent": "1"}}).versions == {"agent": "1"}


def test_texts_are_shortened_and_freed_of_control_letters():
    assert messages.text({"name": "a\x00b\x1b" + "c" * 100}, "name", 5) == "abccc"


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
