from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.messages import (
    ErrorAnswer,
    Heartbeat,
    HeartbeatAnswer,
    PairingAnswer,
    PairingRequest,
    Records,
    RecordsAnswer,
    TokenAnswer,
    TokenRequest,
    decode,
    read_message,
)
from tests.golden import golden

LEAST = {"protocol": 1, "every_s": 5, "grace_s": 10}
RECORD = {"id": "boot-1", "kind": "log", "at": "2026-11-23T21:41:00Z", "clock": "synced", "data": {}}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("heartbeat", Heartbeat),
        ("heartbeat_full", Heartbeat),
        ("records", Records),
        ("pairing_request", PairingRequest),
        ("token_request", TokenRequest),
        ("pairing_answer", PairingAnswer),
        ("token_answer", TokenAnswer),
        ("heartbeat_answer", HeartbeatAnswer),
        ("heartbeat_answer_full", HeartbeatAnswer),
        ("records_answer", RecordsAnswer),
        ("error", ErrorAnswer),
    ],
)
def test_every_key_of_the_golden_messages_is_known(name, kind):
    message = golden(name)
    read = read_message(kind, message)
    assert set(message) - {"protocol"} <= set(read.__struct_fields__)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"every_s": 0}, "every_s"),
        ({"seq": 2**31}, "seq"),
        ({"spool": {"pending": "3"}}, "spool.pending"),
        ({"clock_fixes": [{"boot": "b", "offset_ns": -1, "source": "ntp"}]}, "clock_fixes[0].offset_ns"),
        ({"commands": [{"id": "x", "state": "perhaps"}]}, "commands[0].state"),
        ({"state": {}}, "state"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_its_path(wrong, path):
    with pytest.raises(InvalidValueError) as refused:
        read_message(Heartbeat, LEAST | wrong)
    assert (refused.value.path, refused.value.code) == (path, "malformed")


def test_texts_are_cut_and_senseless_health_is_left_out():
    senseless = {"temperature_c": float("nan"), "rss_bytes": True, "throttled": [1, "hot"], "warnings": 3}
    read = read_message(Heartbeat, LEAST | senseless | {"state_detail": "a\0" + "b" * 600, "last_capture": 7})
    assert (read.temperature_c, read.rss_bytes, read.warnings, read.last_capture) == (None, None, (), None)
    assert read.throttled == ("hot",)
    assert read.state_detail == "a" + "b" * 499


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"at": "0001-01-01T00:00:00Z"}, "'at'"),
        ({"data": {"x": "y" * 20_000}}, "16384 bytes"),
        ({"data": {"x": "\0"}}, "'data'"),
        ({"kind": "gap", "data": {"until": "later"}}, "'until'"),
    ],
)
def test_what_types_cant_say_is_checked_too(wrong, word):
    with pytest.raises(InvalidValueError, match=word) as refused:
        read_message(Records, {"records": [RECORD | wrong]})
    assert refused.value.path == "records[0]"


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "malformed"), (b"[]", "malformed"), (b"[" * 60_000, "malformed"), (b"{}", "unknown_protocol")],
)
def test_a_body_that_is_no_message_is_refused(body, code):
    with pytest.raises(InvalidValueError) as refused:
        decode(body)
    assert refused.value.code == code


_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_json = _plain | st.lists(_plain, max_size=3) | st.dictionaries(st.text(max_size=3), _plain, max_size=2)


@given(st.dictionaries(st.sampled_from(Heartbeat.__struct_fields__), _json))
def test_any_values_are_a_message_or_refused(values):
    try:
        assert isinstance(read_message(Heartbeat, LEAST | values), Heartbeat)
    except InvalidValueError as error:
        assert error.message.endswith(".")  # noqa: PT017 - either way of ending is right
