from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eliot_progress.encoding import LINE_LIMIT, encode


def message(**fields):
    return {"task_uuid": "u", "task_level": [1], "timestamp": 1.0, "message_type": "m", **fields}


def cyclic():
    value = []
    value.append(value)
    return value


class Hostile:
    def __repr__(self):
        raise LookupError

    __str__ = __repr__


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        "\x00",
        "\ud800",
        2**70,
        cyclic(),
        Hostile(),
        {1: {2: 3}},
        b"\xff",
        {Hostile(): 1},
    ],
    ids=["nan", "inf", "nul", "surrogate", "big", "cycle", "hostile", "keys", "bytes", "hostile key"],
)
def test_whatever_a_field_holds_the_message_is_one_line_of_json(value):
    line = encode(message(value=value))
    assert line.count(b"\n") == 1
    assert json.loads(line)["task_uuid"] == "u"


def test_a_huge_field_is_cut_and_the_envelope_kept():
    line = encode(message(value="x" * (LINE_LIMIT + 1)))
    assert len(line) < 1000
    assert json.loads(line)["cut_bytes"] > LINE_LIMIT
    assert json.loads(line)["message_type"] == "m"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.builds(object),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.binary(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=9), anything, max_size=3))
@settings(max_examples=50)
def test_any_fields_are_one_line_that_names_its_task(fields):
    line = encode({**fields, "task_uuid": "u"})
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line)["task_uuid"] == "u"
