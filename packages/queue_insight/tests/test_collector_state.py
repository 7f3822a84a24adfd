from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.collector_state import Part, decode_header, decode_records, encode, encode_header
from queue_insight.errors import CollectorStateUnreadableError
from queue_insight.testing.states import FULL, everything

HEADER = decode_header(encode_header(FULL))
RECORDS = [
    (part, record)
    for part, records in everything(FULL).records.items()
    for record in records.values()
    if record is not None
]


def changed(**fields) -> bytes:
    document = json.loads(encode_header(FULL))
    document["header"].update(fields)
    return json.dumps(document).encode()


def test_what_is_encoded_is_decoded():
    assert (HEADER.collected_at, HEADER.events) == (FULL.collected_at, FULL.events)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not a collector state"),
        (b"[]", "not a collector state"),
        (b"{}", "not a collector state"),
        (b"[" * 100_000, "not a collector state"),
        (b'{"v": 12, "header": \xff\xfe}', "not a collector state"),
        (b'{"v": 1}', "version 1"),
        (b'{"v": 12}', "fields differ"),
        (changed(more=1), "fields differ"),
        (changed(collected_at=1e300), "fields differ"),
        (changed(collected_at=-1), "fields differ"),
        (changed(collected_at="noon"), "fields differ"),
        (changed(events=10**400), "fields differ"),
        (encode_header(FULL).replace(b"1000.5", b"Infinity"), "not a collector state"),
    ],
)
def test_any_other_header_is_refused_with_the_reason(document, why):
    with pytest.raises(CollectorStateUnreadableError, match=why):
        decode_header(document)


@pytest.mark.parametrize(
    ("part", "record"),
    [
        (Part.TASKS, b"{}"),
        (Part.TASKS, b"[]"),
        (Part.TASKS, encode(FULL.tasks[1]).replace(b"true", b"true,1")),
        (Part.TASKS, encode(FULL.tasks[1]).replace(b"4.0", b"-4.0")),
        (Part.WORKERS, b'["w",1,0]'),
        (Part.WORKERS, b'["w",1e300]'),
        (Part.WORKERS, b"[" * 100_000),
        (Part.QUEUES, b"-1"),
        (Part.SENT, b"NaN"),
        (Part.FINISHED, b"\xff"),
    ],
)
def test_any_other_record_is_left_out(part, record):
    assert decode_records(part, {"odd": record}) == {}


@given(st.data())
def test_a_damaged_record_is_read_or_left_out(data):
    part, record = data.draw(st.sampled_from(RECORDS))
    document = bytearray(record)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(document) - 1)))
        document[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    decode_records(part, {"damaged": bytes(document)})
    with contextlib.suppress(CollectorStateUnreadableError):
        decode_header(bytes(document))
