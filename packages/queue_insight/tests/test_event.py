from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.event import MALFORMED, Event, decode, read

NAMES = st.none() | st.text("aé\ud800\0", max_size=3)
COUNTS = st.none() | st.integers(0, 2**53)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["task-started", "worker-heartbeat", "task-exploded"])},
    optional={
        "hostname": NAMES,
        "uuid": NAMES,
        "name": NAMES,
        "queue": NAMES,
        "args": NAMES,
        "eta": NAMES,
        "pid": COUNTS,
        "clock": COUNTS,
        "active": COUNTS,
        "timestamp": st.none() | st.floats(0, 7e9),
        "freq": st.none() | st.floats(0.1, 3600),
        "more": st.integers(),
    },
)


@given(st.lists(EVENTS, max_size=3))
def test_what_the_typed_decoder_reads_is_what_is_read_field_by_field(documents):
    def plain(events):
        names = (
            "type",
            "hostname",
            "uuid",
            "name",
            "queue",
            "args",
            "eta",
            "pid",
            "clock",
            "active",
            "timestamp",
        )
        return [[getattr(each, name) or None for name in (*names, "freq")] for each in events]

    decoded, wanted = decode(json.dumps(documents).encode()), read(documents)
    assert plain(decoded.events) == plain(wanted.events)
    assert decoded.malformed == wanted.malformed


def test_one_event_may_come_without_a_list():
    assert decode(b'{"type": "task-started", "uuid": "t1"}') == ([Event(type="task-started", uuid="t1")], 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("freq", "Infinity"),
        ("freq", "NaN"),
        ("freq", "-1"),
        ("freq", '"often"'),
        ("active", "1e300"),
        ("active", str(10**400)),
        ("active", "true"),
        ("timestamp", "-5"),
        ("uuid", '["x"]'),
        ("uuid", '"a\\u0000b"'),
        ("uuid", '"\\ud800"'),
        ("uuid", f'"{"x" * 256}"'),
    ],
)
def test_an_odd_field_is_left_out_and_counted(field, value):
    (event,), malformed = decode(
        f'{{"type": "worker-heartbeat", "hostname": "w", "{field}": {value}}}'.encode()
    )
    assert (event.type, event.hostname, malformed) == ("worker-heartbeat", "w", 1)
    assert not getattr(event, field)


@pytest.mark.parametrize("body", [b"", b"nothing", b"5", b'"text"', b"\xff", b"[" * 100_000, b"[5]"])
def test_what_is_no_event_is_counted(body):
    assert decode(body) == MALFORMED


def test_the_other_events_of_a_message_count():
    events, malformed = decode(b'[{"type": "task-started"}, 5, {"type": "task-failed", "pid": -1}]')
    assert ([event.type for event in events], malformed) == (["task-started", "task-failed"], 2)
