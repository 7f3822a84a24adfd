from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.django.stories import CAUSAL, STORY, message

from eliot_progress import extract, inject, log_message
from eliot_progress.context import start
from eliot_progress.django.rows import batch, to_message
from eliot_progress.reading import decode

LEVELS = st.lists(st.integers(1, 10**16 - 1), min_size=1, max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(LEVELS, st.dictionaries(st.text(min_size=1), JSON, max_size=4))
def test_a_message_comes_back_as_it_was_logged(level, fields):
    original = {**fields, **message(level, 1.5)}
    (row,) = batch([original]).messages
    assert to_message(row.causal_id, row.path, row.at, row.body) == original


@pytest.mark.parametrize("uuid", ["17348029C0ED4841969067CFC59FA371", "lost-7", "x" * 500])
def test_an_unusual_task_id_comes_back_too(uuid):
    (row,) = batch([message([1], 1.0, uuid)]).messages
    assert len(row.causal_id) == 32
    assert to_message(row.causal_id, row.path, row.at, row.body)["task_uuid"] == uuid


@given(
    st.dictionaries(st.sampled_from(["task_uuid", "task_level", "timestamp", "action_status", "seq"]), JSON)
)
def test_nothing_that_a_line_may_hold_is_too_much(original):
    made = batch([{"message_type": "progress", **original}])
    assert len(made.messages) + made.skipped == 1


@pytest.mark.parametrize("level", [[], [0], [-1], [True], ["1"], [10**16], [1] * 201, "1", None])
def test_what_has_no_sane_level_is_skipped(level):
    assert batch([message([1], 1.0) | {"task_level": level}]).skipped == 1


def test_what_another_process_s_attempt_logs_is_kept(log):
    with start("request"):
        inject(headers := {})
    with extract(headers).start_child("task"):
        log_message("hello")
    assert [row.kind for row in batch(log).messages] == [
        *("request", "context:send", "context:send", "request"),
        *("task", "hello", "task"),
    ]


@pytest.mark.parametrize("depth", [300, 1000, 1020])
def test_what_is_nested_too_deeply_is_left_out_and_the_rest_is_kept(depth):
    line = b'{"task_uuid":"u","task_level":[1],"timestamp":1,"words":"kept","deep":%b%b}'
    (row,) = batch([decode(line % (b"[" * depth, b"]" * depth))]).messages
    assert "nested too deeply" in row.body
    assert to_message(row.causal_id, row.path, row.at, row.body)["words"] == "kept"


def test_lone_surrogates_and_huge_numbers_are_kept():
    original = message([1], 1.0, text="\ud800", number=2**70)
    (row,) = batch([original]).messages
    assert json.loads(row.body) == {"text": "\ud800", "number": 2**70}
    assert row.body.isascii()


def test_actions_above_a_message_are_known_before_their_own_messages_come():
    made = batch([message([2, 3, 4], 5.0, message_type="hello")])
    assert [(path, row.parent, row.status) for (_, path), row in sorted(made.actions.items())] == [
        ("", None, ""),
        ("a2", "", ""),
        ("a2/a3", "a2", ""),
    ]
    assert made.actions[CAUSAL, ""].last_message_at == 5.0


@given(st.permutations(STORY))
def test_the_order_of_messages_does_not_matter(shuffled):
    assert batch(shuffled).actions == batch(STORY).actions
