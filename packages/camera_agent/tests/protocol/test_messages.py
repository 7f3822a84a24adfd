from __future__ import annotations

import msgspec
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


def gap(since: object = None, **data: object) -> dict[str, object]:
    return {"kind": "gap", "data": {"reason": "stopped", "from": since, **data}}


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
        ({"config_revision": -1}, "config_revision"),
        ({"disk": {"free": 2**63}}, "disk.free"),
        ({"every_s": float("inf")}, "every_s"),
    ],
)
def test_a_value_out_of_bounds_is_named_with_its_path(wrong, path):
    with pytest.raises(InvalidValueError) as refused:
        read_message(Heartbeat, LEAST | wrong)
    assert (refused.value.path, refused.value.code) == (path, "malformed")


def test_texts_are_cut_and_senseless_health_is_left_out():
    senseless = {
        "temperature_c": 10**400,
        "state": {},
        "uptime_s": -1,
        "battery_percent": 101,
        "rss_bytes": True,
        "throttled": [1, "hot"],
        "warnings": 3,
    }
    read = read_message(Heartbeat, LEAST | senseless | {"state_detail": "a\0" + "b" * 600, "last_capture": 7})
    assert (read.temperature_c, read.rss_bytes, read.warnings, read.last_capture) == (None, None, (), None)
    assert (read.state, read.uptime_s, read.battery_percent) == ("", None, None)
    assert read.throttled == ("hot",)
    assert read.state_detail == "a" + "b" * 499


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"at": "0001-01-01T00:00:00Z"}, "'at'"),
        ({"data": {"x": "y" * 20_000}}, "16384 bytes"),
        ({"data": {"x": "\0"}}, "'data'"),
        ({"data": {"x": 10**20}}, "'data'"),
        ({"data": {"x": [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]}}, "'data'"),
        (gap(until="later"), "until"),
        (gap(since="2026-11-23T10:00:00Z", until="2026-11-23T09:00:00Z"), "not before"),
        (gap(since="2026-11-23T22:00:00Z"), "ends after it begins"),
        (gap(until="0001-01-01T00:00:00Z"), "'until'"),
        (gap(reason={}), "reason"),
        (gap(reason="bored"), "reason"),
        (gap(missed=-1), "missed"),
        (gap(missed=2**31), "missed"),
        (gap(first_sequence=9, last_sequence=3), "'last_sequence'"),
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


#: What no agent and no server can mean.
IMPOSSIBLE = st.sampled_from(
    [
        *(None, True, -1, 0, 2**31, 2**53, 2**63, -(2**63), 10**30, 10**400),
        *(0.5, -0.0, 1e308, -1e308, float("nan"), float("inf")),
        *("", "\0", "\ud800", "x" * 100_000, "NaN", "\u202e", "-1", "\r\nX: y"),
        *(
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-23T21:50:00",
            "2026-02-30T00:00:00Z",
        ),
        *(
            [],
            {},
            [[]],
            [None],
            {"": None},
            {"x": {"x": {}}},
            [{}] * 2000,
            {str(one): one for one in range(200)},
        ),
    ]
)
MESSAGES = {
    "heartbeat_full": Heartbeat,
    "records": Records,
    "pairing_request": PairingRequest,
    "token_request": TokenRequest,
    "pairing_answer": PairingAnswer,
    "token_answer": TokenAnswer,
    "heartbeat_answer_full": HeartbeatAnswer,
    "records_answer": RecordsAnswer,
    "error": ErrorAnswer,
}


def places(value: object, path: tuple = ()):
    """The path of each value in a message."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield (*path, key)
        yield from places(one, (*path, key))


def with_value(message: object, path: tuple, value: object) -> object:
    """The message with another value at a path."""
    if not path:
        return value
    copied = dict(message) if isinstance(message, dict) else list(message)
    copied[path[0]] = with_value(copied[path[0]], path[1:], value)
    return copied


@pytest.mark.parametrize("name", MESSAGES)
@given(st.data())
def test_the_impossible_in_any_place_of_any_message_is_refused_or_left_out(name, data):
    message = golden(name)
    path = data.draw(st.sampled_from(list(places(message))))
    hostile = with_value(message, path, data.draw(IMPOSSIBLE))
    try:
        read = read_message(MESSAGES[name], hostile)
    except InvalidValueError as error:
        assert len(error.message) < 500  # noqa: PT017 - either way of ending is right
        return
    sent = msgspec.json.encode(read)  # what is accepted can be stored, sent and shown
    assert read_message(MESSAGES[name], msgspec.json.decode(sent)) == read
    assert_in_range(msgspec.to_builtins(read))


def assert_in_range(value: object) -> None:
    if isinstance(value, dict | list):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            assert_in_range(one)
    elif isinstance(value, int | float):
        assert -(2**63) < value < 2**63
    elif isinstance(value, str):
        assert "\0" not in value
        assert len(value) <= 16_384
