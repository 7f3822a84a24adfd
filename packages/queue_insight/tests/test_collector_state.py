from __future__ import annotations

import json

import pytest

from queue_insight.collector_state import decode, encode
from queue_insight.errors import CollectorStateUnreadableError
from queue_insight.testing.stores import FULL


def test_what_is_encoded_is_decoded():
    assert decode(encode(FULL)) == FULL


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "not a collector state"),
        (b"[]", "not a collector state"),
        (b"{}", "not a collector state"),
        (b'{"v": 1}', "version 1"),
        (b'{"v": 2}', "fields differ"),
        (json.dumps({**json.loads(encode(FULL)), "more": 1}).encode(), "fields differ"),
    ],
)
def test_anything_else_is_refused_with_the_reason(document, why):
    with pytest.raises(CollectorStateUnreadableError, match=why):
        decode(document)
