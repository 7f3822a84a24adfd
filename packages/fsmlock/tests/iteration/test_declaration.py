from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

import fsmlock
from fsmlock.iteration import Iteration, execute
from fsmlock.models import Run
from tests.shop.iterations import Odd, Repeated, SendMails, Welcome

GOOD = {"items": lambda self: [], "each": lambda self, item: None}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"needs": "render"}, r"Write \('render',\)"),
        ({"needs": ["render"]}, r"of no object. Define target\(\)"),
        ({"policy": fsmlock.Wait}, r"is not a policy. Use one of Fail\(\), Skip\(\)"),
        ({"policy": "wait"}, "is not a policy"),
        ({"lease": timedelta(0)}, "at least 0.1 s"),
        ({"lease": timedelta.max}, "at most a year"),
        ({"batch_size": 0}, "Use 1 or more"),
        ({"max_errors": -1}, "Use 0 or more"),
        ({"budget": timedelta(0)}, "Use None"),
    ],
)
def test_an_invalid_value_is_refused_when_the_class_is_created(more, words):
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        type("Wrong", (Iteration,), GOOD | more)


def test_a_valid_iteration_is_accepted():
    values = {"needs": ["render"], "target": lambda self: None, "policy": fsmlock.Skip()}
    assert type("Good", (Iteration,), GOOD | values)


def numbers_sent():
    return [message.to[0] for message in mail.outbox]


def test_two_clicks_start_one_run(db):
    run = SendMails.enqueue(count=3, by="editor")
    again = SendMails.enqueue(count=3, by="somebody in a hurry")
    assert (again, again.by) == (run, "editor")
    execute(run)
    execute(again)
    assert len(numbers_sent()) == 3


@pytest.mark.parametrize("state", ["running", "interrupted", "pausing", "paused", "cancelling"])
def test_a_run_is_not_enqueued_again_whatever_it_is_doing(db, state):
    run = SendMails.enqueue(count=3)
    Run.objects.update(state=state)
    assert SendMails.enqueue(count=3) == run


def test_other_arguments_and_other_iterations_are_other_runs(db):
    runs = [SendMails.enqueue(count=3), SendMails.enqueue(count=4), Welcome.enqueue(count=3)]
    assert len({run.pk for run in runs}) == 3


def test_arguments_are_the_same_however_they_are_written(db):
    assert SendMails.enqueue() == SendMails.enqueue(count=1000)


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_what_has_ended_can_be_done_again(db, state):
    run = SendMails.enqueue(count=3)
    Run.objects.update(state=state)
    assert SendMails.enqueue(count=3) != run


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_what_is_done_once_and_for_ever_is_never_enqueued_again(db, state):
    run = Welcome.enqueue(count=3)
    Run.objects.update(state=state)
    assert Welcome.enqueue(count=3) == run


def test_an_iteration_may_be_enqueued_as_often_as_one_likes(db):
    assert Repeated.enqueue(count=3) != Repeated.enqueue(count=3)


def test_the_failed_items_are_retried_by_one_run_at_a_time(db):
    run = execute(Odd.enqueue())
    retry = Odd.retry_failed(run)
    assert Odd.retry_failed(run) == retry != run
    execute(retry)
    assert Odd.retry_failed(run) != retry


def test_only_errors_of_the_run_itself_are_retried(db):
    run = execute(Odd.enqueue())
    other = execute(Odd.enqueue())
    with pytest.raises(
        fsmlock.ConfigurationError, match=f"is an error of run {other.pk}, not of Odd {run.pk}"
    ):
        Odd.retry_failed(run, only=[other.errors.first()])
    with pytest.raises(fsmlock.ConfigurationError, match="names 0 errors"):
        Odd.retry_failed(run, only=[])


def test_a_failed_run_is_not_retried_beside_a_newer_one(db):
    failed = SendMails.enqueue(count=3, by="editor")
    Run.objects.update(state="failed")
    failed.refresh_from_db()
    newer = SendMails.enqueue(count=3, by="chief")
    with pytest.raises(fsmlock.TransitionRefused, match=f"{newer} has the same arguments.*by chief"):
        failed.apply_transition("retry", by="editor")
    newer.cancel()
    failed.apply_transition("retry", by="editor")
    assert failed.state == "enqueued"


def test_many_clicks_at_the_same_time_start_one_run(transactional_db):
    runs, ready = [], threading.Barrier(4)

    def click():
        try:
            ready.wait()
            runs.append(SendMails.enqueue(count=3).pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 4
    assert len(set(runs)) == 1


def test_an_unknown_way_to_be_unique_is_refused_with_a_suggestion():
    with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'ever'"):
        type("Wrong", (SendMails,), {"unique": "never"})
