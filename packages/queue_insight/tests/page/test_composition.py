from __future__ import annotations

from datetime import UTC

import pytest
from tests import values
from tests.values import NOW

from queue_insight import TaskState
from queue_insight.page.clock import Clock
from queue_insight.page.composition import MAX_NAMES, compose_by_name, page_at, page_of, task_row


def test_names_are_counted_and_rare_ones_put_together():
    tasks = [values.task(name="work.ingest")] * 46 + [
        values.task(name=f"work.rare{n}") for n in range(MAX_NAMES)
    ]
    parts = compose_by_name(tasks)
    assert (parts[0].name, parts[0].number, parts[0].percent) == ("work.ingest", 46, 79)
    assert (parts[-1].name, parts[-1].number) == ("1 other names", 1)
    assert sum(part.number for part in parts) == len(tasks)


def test_nothing_is_made_of_nothing():
    assert compose_by_name([]) == ()


@pytest.mark.parametrize(
    ("asked", "number", "first", "last"),
    [(1, 1, 1, 100), (3, 3, 201, 250), (99, 3, 201, 250), (0, 1, 1, 100)],
)
def test_a_page_says_where_it_stands(asked, number, first, last):
    page = page_of(range(250), asked)
    assert (page.number, page.pages, page.first, page.last) == (number, 3, first, last)


def test_a_page_of_a_list_that_was_not_read_whole_says_where_it_stands():
    page = page_at(range(50), 3, total=250)
    assert (page.number, page.pages, page.first, page.last) == (3, 3, 201, 250)


def test_an_empty_list_has_one_empty_page():
    page = page_of([], 1)
    assert (page.items, page.pages, page.first, page.last) == ((), 1, 0, 0)


def test_positions_begin_at_one_and_unnamed_tasks_are_called_so():
    shown = task_row(values.task(name="", position=0), Clock(now=NOW, zone=UTC))
    assert (shown.position, shown.name, shown.since) == (1, "name not known", "?")


@pytest.mark.parametrize(
    ("state", "label"),
    [
        (TaskState.QUEUED, "waiting"),
        (TaskState.HANDED_OUT, "handed out"),
        (TaskState.RESERVED, "taken"),
        (TaskState.RUNNING, "running"),
    ],
)
def test_a_state_is_called_as_in_the_columns_of_queues(state, label):
    assert task_row(values.task(state=state), Clock(now=NOW, zone=UTC)).label == label
