from __future__ import annotations

import asyncio
import itertools
import sys
from contextlib import suppress
from io import StringIO

import pytest
from eliot.parse import Parser, WrittenAction
from eliottree import render_tasks, tasks_from_iterable
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


def test_gaps_are_marked_as_such():
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
def test_anything_but_a_message_is_ignored(odd):
    assert Forest([odd]).tasks == {}


def test_a_message_where_an_action_should_be_gives_way_to_it():
    forest = Forest(
        [{"task_uuid": "u", "task_level": [2]}, {"task_uuid": "u", "task_level": [2, 1], "message_type": "x"}]
    )
    assert len(list(lines(forest.tasks["u"]))) == 3


@pytest.mark.slow
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


def below(action):
    yield action
    for child in action.children:
        if isinstance(child, WrittenAction):
            yield from below(child)


def test_stock_eliot_reads_both_attempts_of_what_was_delivered_twice(log):
    headers = {}
    with context.start("click") as click:
        context.inject(headers)
    with suppress(LookupError), context.extract(headers).start_child("render"):
        raise LookupError("worker gone")
    with context.extract(headers).start_child("render"):
        context.log_message("said")
    # What comes after the click's end is a second, unfinished task to eliot's own parser; nothing is lost.
    tasks = list(Parser.parse_stream(log))
    attempts = [each for task in tasks for each in below(task.root()) if each.action_type == "render"]
    assert [each.status for each in attempts] == ["failed", "succeeded"]
    out = StringIO()
    render_tasks(out.write, tasks_from_iterable(log))
    drawn = out.getvalue()
    assert click.task_uuid in drawn
    assert sum("render/" in line and "started" in line for line in drawn.splitlines()) == 2
    assert "worker gone" in drawn
    ((_, root),) = Forest(log).tasks.items()
    assert [line.split()[:2] for line in lines(root) if "render" in line] == [
        ["render", "failed"],
        ["render", "succeeded"],
    ]


async def test_work_that_outlives_the_action_around_it_stays_in_its_tree(log):
    async def outlives():
        await gone.wait()
        with context.start("late"):
            pass

    gone = asyncio.Event()
    with context.start("click"):
        task = asyncio.create_task(outlives())
        await asyncio.sleep(0)
    gone.set()
    await task
    ((_, root),) = Forest(log).tasks.items()
    assert [line.split()[0] for line in lines(root)] == ["click", "late"]
    assert root.status == "succeeded"


class StopAskedError(Exception):
    """Somebody asked the work to stop."""

    is_cancellation = True


def test_a_cancellation_is_an_outcome_of_its_own_and_no_failure(log):
    with suppress(StopAskedError), context.start("task"), progress("render"):
        raise StopAskedError("asked by admin")
    (root,) = Forest(log).tasks.values()
    text = "\n".join(lines(root))
    assert text.count(" cancelled ") == 2
    assert "failed" not in text
    assert not root.failed


def test_a_duration_is_what_the_process_measured_whatever_happened_to_the_clock(log):
    with context.start("task"):
        pass
    start, end = log
    (root,) = Forest([{**start, "timestamp": 7200.0}, {**end, "timestamp": 3600.0}]).tasks.values()
    assert root.duration_s == end["duration_s"] >= 0
