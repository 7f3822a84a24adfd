from __future__ import annotations

import pytest

from eliot_progress.adapters.running_tasks import RunningTasks
from eliot_progress.adapters.task_page import TaskPage
from eliot_progress.testing.samples import task_state


def task(number, seq=1, **fields):
    fields = {"started_at": 100.0 + number, "next_by": 900.0, **fields}
    return task_state(seq, level=(number,), **fields)


@pytest.fixture
def running():
    running = RunningTasks()
    running.update(map(task, (1, 2, 3)))
    return running


def summary(changes):
    return [state.id[-1] for state in changes.tasks], [each[-1] for each in changes.gone], changes.more


async def test_the_page_comes_whole_and_then_only_what_changed_of_it(running):
    page = TaskPage(running, lambda state: True, 2, 30.0)
    assert summary(await page.changes(200.0)) == (["3", "2"], [], 1)
    assert not (await page.changes(200.0)).any
    running.update([task(2, 2, done=1.0), task(1, 2, done=1.0)])  # the latter is beyond the page
    assert summary(await page.changes(200.0)) == (["2"], [], 1)


async def test_what_comes_pushes_what_is_oldest_off_the_page_and_what_ends_makes_room(running):
    page = TaskPage(running, lambda state: True, 2, 30.0)
    await page.changes(200.0)
    running.update([task(4)])
    assert summary(await page.changes(200.0)) == (["4"], ["2"], 2)
    running.update([task(3, 2, outcome="failed")])
    assert summary(await page.changes(200.0)) == (["2"], ["3"], 1)


async def test_how_many_more_there_are_is_changes_too(running):
    page = TaskPage(running, lambda state: True, 2, 30.0)
    await page.changes(200.0)
    running.update([task(1, 2, outcome="failed")])
    changes = await page.changes(200.0)
    assert (summary(changes), changes.any) == (([], [], 0), True)


async def test_a_task_that_becomes_late_is_changes(running):
    page = TaskPage(running, lambda state: True, 2, 30.0)
    await page.changes(200.0)
    assert summary(await page.changes(901.0)) == (["3", "2"], [], 1)


async def test_who_may_see_a_task_is_asked_once_and_again_after_a_while(running):
    asked, allowed = [], {"1", "3"}

    def can_view(state):
        asked.append(state.id[-1])
        return state.id[-1] in allowed

    page = TaskPage(running, can_view, 9, 30.0)
    assert summary(await page.changes(200.0)) == (["3", "1"], [], 0)
    running.update([task(4), task(1, 2, done=1.0)])
    assert summary(await page.changes(200.0)) == (["1"], [], 0)
    assert asked == ["3", "2", "1", "4"]
    allowed.clear()
    assert not (await page.changes(229.0)).any
    assert summary(await page.changes(230.0)) == ([], ["3", "1"], 0)
