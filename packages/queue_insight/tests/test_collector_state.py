from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_insight.collector_state import decode, encode
from queue_insight.errors import CollectorStateUnreadableError
from queue_insight.testing.stores import FULL


def test_what_is_encoded_is_decoded():
    assert decode(encode(FULL)) == FULL


def changed(**fields) -> bytes:
    document = json.loads(encode(FULL))
    document["state"].update(fields)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not a collector state"),
        (b"[]", "not a collector state"),
        (b"{}", "not a collector state"),
        (b"[" * 100_000, "not a collector state"),
        (b'{"v": 3, "state": \xff\xfe}', "not a collector state"),
        (b'{"v": 1}', "version 1"),
        (b'{"v": 3}', "fields differ"),
        (changed(more=1), "fields differ"),
        (changed(collected_at=1e300), "fields differ"),
        (changed(collected_at=-1), "fields differ"),
        (changed(collected_at="noon"), "fields differ"),
        (changed(events=10**400), "fields differ"),
        (changed(workers=[{"name": "w", "last_seen_at": 1, "heartbeat_interval_s": 0}]), "fields differ"),
        (changed(runtimes={"celery": -1}), "fields differ"),
        (encode(FULL).replace(b"1000.5", b"Infinity"), "not a collector state"),
    ],
)
def test_anything_else_is_refused_with_the_reason(document, why):
    with pytest.raises(CollectorStateUnreadableError, match=why):
        decode(document)


@given(st.data())
def test_a_damaged_document_is_a_state_or_refused(data):
    document = bytearray(encode(FULL))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(document) - 1))
        document[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with contextlib.suppress(CollectorStateUnreadableError):
        decode(bytes(document))
