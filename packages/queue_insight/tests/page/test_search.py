from __future__ import annotations

from dataclasses import replace

import pytest
from tests import values
from tests.values import NOW

from queue_insight import FinishedTask, SentNote
from queue_insight.page.search import MAX_FOUND, only_match, search

TASKS = (
    values.task(id="4f1c9a00"),
    values.task(id="4f1c9b00", name="work.render"),
    values.task(id="77aa", args_summary="('Anna',)"),
)
SNAPSHOT = values.snapshot(
    queues=(values.queue(depth=50_000),),
    queued=TASKS,
    finished=(FinishedTask(id="4f1cff", outcome="failed", at=NOW),),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4f1c9a00", ["4f1c9a00"]),
        ("4f1c", ["4f1c9a00", "4f1c9b00", "4f1cff"]),
        ("Render", ["4f1c9b00"]),
        ("anna", ["77aa"]),
        ("nowhere", []),
        ("", []),
    ],
)
def test_ids_are_found_by_their_beginning_and_names_and_arguments_by_a_part(text, found):
    result = search(text, SNAPSHOT)
    assert [each.id for each in (*result.tasks, *result.finished)] == found


@pytest.mark.parametrize(
    ("text", "only"), [("4f1c9a00", "4f1c9a00"), ("77", "77aa"), ("4f1c", None), ("render", None), ("", None)]
)
def test_the_beginning_of_one_id_leads_to_it(text, only):
    assert only_match(text, SNAPSHOT) == only


def test_it_says_where_it_looked_and_where_not():
    result = search("x", SNAPSHOT)
    assert "3 waiting tasks of 1 queue" in result.searched
    assert "49997 tasks further back in 'celery'" in result.not_searched


def test_of_more_tasks_at_workers_than_it_read_it_says_how_many():
    worker = values.worker(running=9_000, reserved=999)
    read = values.snapshot(
        workers=(worker,), ended_tasks=1, running=(values.running(),), asked_tasks=frozenset()
    )
    result = search("x", read)
    assert (
        "1 of 10,000 tasks that workers have or had when they ended, and the ids of all of them"
        in result.searched
    )
    assert "names and arguments of 9999 other tasks that workers have" in result.not_searched
    whole = search("x", values.snapshot(running=(values.running(),)))
    assert whole.searched[0].startswith("all 1 task that workers have")
    assert not any("other task" in each for each in whole.not_searched)


def test_of_a_broker_that_shows_no_task_it_says_how_many_names_are_known():
    queue = values.queue(depth=5000, names={"work.do": 4812})
    result = search("x", values.snapshot(queues=(queue,), heads_read=False))
    assert (
        "5000 tasks in 'celery', as the broker shows none; its page has the names of 4,812 of 5,000"
        in result.not_searched
    )


def test_a_causal_id_finds_what_it_caused_wherever_that_is():
    note = SentNote(name="work.do", queue="movies", sent_at=NOW, causal_id="cause-17")
    caused = {"77aa": note, "4f1cff": note, "nowhere": note, "other": replace(note, causal_id="cause-1")}
    result = search("cause-17", replace(SNAPSHOT, sent=caused), has_causes=True)
    assert [task.id for task in result.tasks] == ["77aa"]
    assert [each.id for each in result.finished] == ["4f1cff"]
    assert [task_id for task_id, _ in result.sent] == ["nowhere"]
    assert "the causal ids of tasks whose sender noted one, as long as notes are kept" in result.searched
    assert "causal ids of tasks that were sent without the publisher's hook" in result.not_searched
    unknown = search("cause-17", SNAPSHOT)
    assert unknown.not_searched[-1].startswith("causal ids, as this store keeps no notes of senders")


def test_without_broker_and_collector_it_says_that_it_looked_nowhere():
    result = search("x", values.snapshot(broker_read=False, queues=(), collected_at=None, fresh=False))
    assert result.searched == ("the last 0 finished tasks, by id and name",)
    assert result.not_searched[:2] == (
        "the queues, as the broker could not be read",
        "the workers, as no collector has reported",
    )


def test_more_than_fit_are_cut_and_it_says_so():
    many = values.snapshot(queued=tuple(values.task(id=f"a{number}") for number in range(MAX_FOUND + 5)))
    result = search("a", many)
    assert (len(result.tasks), result.is_cut) == (MAX_FOUND, True)


def test_a_finished_task_is_found_by_its_name_the_last_one_first():
    ended = [FinishedTask(id=f"f{n}", outcome="failed", at=NOW, name="shop.Pay") for n in range(2)]
    result = search("shop.pay", values.snapshot(queues=(), queued=(), finished=tuple(ended)))
    assert [each.id for each in result.finished] == ["f1", "f0"]
