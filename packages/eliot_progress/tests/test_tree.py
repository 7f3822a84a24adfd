from __future__ import annotations

import itertools
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress import context, progress
from eliot_progress.tree import Forest, lines


@pytest.fixture
def story(log):
    """A click that starts a task which reports, says something and fails."""
    click = context.start("click", user="editor")
    with click, suppress(LookupError), progress("render", total=3, unit="frame") as work:
        work.advance(2)
        work.action.log("hint", colour="red")
        raise LookupError("no disk")
    return click.task_uuid, log


def test_the_tree_tells_the_story(story):
    uuid, log = story
    text = [line.split("{")[0].rstrip() for line in lines(Forest(log).tasks[uuid])]
    assert text[0].startswith("click succeeded 0.")
    assert text[1].startswith("  render failed 0.")
    assert text[1].endswith("[2/3 frame] no disk")
    assert text[2] == "    - hint"


@given(st.data())
def test_any_order_with_duplicates_tells_the_same(data):
    log = [
        {
            "task_uuid": "u",
            "task_level": [1],
            "action_type": "a",
            "action_status": "started",
            "timestamp": 1.0,
        },
        {
            "task_uuid": "u",
            "task_level": [2, 1],
            "action_type": "b",
            "action_status": "started",
            "timestamp": 2.0,
        },
        {"task_uuid": "u", "task_level": [2, 2], "message_type": "progress", "seq": 1, "done": 1},
        {"task_uuid": "u", "task_level": [2, 3], "message_type": "progress", "seq": 2, "done": 2, "total": 2},
        {"task_uuid": "u", "task_level": [2, 4], "message_type": "said", "x": 1},
        {
            "task_uuid": "u",
            "task_level": [2, 5],
            "action_type": "b",
            "action_status": "failed",
            "timestamp": 3.5,
        },
        {
            "task_uuid": "u",
            "task_level": [3],
            "action_type": "a",
            "action_status": "succeeded",
            "timestamp": 4.0,
        },
    ]
    extra = data.draw(st.lists(st.sampled_from(log)))
    shuffled = data.draw(st.permutations([*log, *extra]))
    assert list(lines(Forest(shuffled).tasks["u"])) == [
        "a succeeded 3.000 s",
        "  b failed 1.500 s [2/2]",
        "    - said {x=1}",
    ]


def test_gaps_are_told_as_such():
    forest = Forest([{"task_uuid": "u", "task_level": [2, 7, 1], "message_type": "said"}])
    assert list(lines(forest.tasks["u"]))[:3] == [
        "(start missing) unknown",
        "  (start missing) unknown",
        "    (start missing) unknown",
    ]


@pytest.mark.parametrize(
    "odd",
    [{}, {"task_uuid": 1}, {"task_uuid": "u", "task_level": []}, {"task_uuid": "u", "task_level": ["1"]}],
)
def test_what_is_no_message_is_left_out(odd):
    assert Forest([odd]).tasks == {}


def test_a_message_where_an_action_should_be_gives_way_to_it():
    forest = Forest(
        [{"task_uuid": "u", "task_level": [2]}, {"task_uuid": "u", "task_level": [2, 1], "message_type": "x"}]
    )
    assert len(list(lines(forest.tasks["u"]))) == 3


def test_a_message_costs_the_same_however_many_there_are():
    def calls(count):
        messages = [
            {"task_uuid": "u", "task_level": [n % 100 + 1, n, 1], "message_type": "m"}
            for n in range(1, count + 1)
        ]
        counted = itertools.count()
        sys.setprofile(lambda *_: next(counted))
        try:
            Forest(messages)
        finally:
            sys.setprofile(None)
        return next(counted)

    assert calls(20_000) < 2.2 * calls(10_000)
