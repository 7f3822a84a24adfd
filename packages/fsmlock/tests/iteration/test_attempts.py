"""An item that always ends its own worker or connection: it is tried again, but not without bound."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from django.core import mail

import fsmlock
from fsmlock.iteration import execute
from fsmlock.iteration.journal import Journal
from fsmlock.models import Run
from fsmlock.testing import interrupt_after
from tests.shop.iterations import Disconnecting, Fatal, FatalItems, Locking


def execute_as_often_as_needed(run):
    """Let one worker after the other execute it, and return how many died."""
    for died in itertools.count():
        assert died < 20, "it is repeated without bound"
        try:
            execute(Run.objects.get(pk=run.pk))
        except SystemExit:
            continue
        run.refresh_from_db()
        return died
    return None


def numbers():
    return [int(message.to[0].partition("@")[0]) for message in mail.outbox]


def test_an_item_that_always_ends_its_worker_fails_the_run_and_says_so(db):
    run = Fatal.enqueue(count=5)
    assert execute_as_often_as_needed(run) == 3
    assert (run.state, run.done) == ("failed", 2)
    assert "3 executions in a row died before this item was done" in run.reason
    assert numbers() == [0, 1]


def test_an_item_that_always_ends_its_worker_is_left_out_where_items_may_fail(db, monkeypatch):
    monkeypatch.setattr(Fatal, "max_errors", 1)
    run = Fatal.enqueue(count=5)
    assert execute_as_often_as_needed(run) == 3
    assert (run.state, run.done, run.failed) == ("succeeded", 4, 1)
    assert "3 executions in a row died" in run.errors.get().error
    assert numbers() == [0, 1, 3, 4]


def test_items_that_can_not_even_be_read_fail_the_run(db):
    run = FatalItems.enqueue(count=5)
    assert execute_as_often_as_needed(run) == 4
    assert run.state == "failed"
    assert "executions in a row died" in run.reason


@pytest.mark.postgresql
def test_an_item_that_always_ends_its_connection_fails_the_run(transactional_db):
    run = Disconnecting.enqueue(count=5)
    states = []
    while (state := execute(Run.objects.get(pk=run.pk)).state) == "interrupted":
        states.append(state)
        assert len(states) < 20, "it is repeated without bound"
    run.refresh_from_db()
    assert (len(states), run.state, numbers()) == (3, "failed", [0, 1])
    assert "3 executions in a row died" in run.reason


def test_workers_of_other_hosts_find_the_item_too(db, monkeypatch):
    """They don't see the journal of the host that died, and the position in the database is older."""
    monkeypatch.setattr(Fatal, "max_errors", 1)
    monkeypatch.setattr(Fatal, "persist_every", timedelta(hours=1))
    run = Fatal.enqueue(count=5)
    for _ in range(6):
        with pytest.raises(SystemExit):
            execute(Run.objects.get(pk=run.pk))
        Journal(run.key.hex).remove()
        if Run.objects.get(pk=run.pk).attempts == 3:
            break
    assert execute(Run.objects.get(pk=run.pk)).state == "succeeded"
    assert (run.errors.get().item, numbers()[-2:]) == ("2", [3, 4])


def test_a_run_that_gets_on_is_never_given_up(db):
    run = Fatal.enqueue(count=2)
    for _ in range(2):
        execute(Run.objects.get(pk=run.pk), on_item=interrupt_after(1))
    assert execute_as_often_as_needed(run) == 0
    assert run.state == "succeeded"


def test_an_orderly_interruption_is_no_failed_attempt(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    run = Locking.enqueue(film=film.pk)
    for _ in range(2 * Locking.max_attempts):
        assert execute(Run.objects.get(pk=run.pk)).state == "interrupted"
    held.release()
    assert execute(Run.objects.get(pk=run.pk)).state == "succeeded"


def test_whoever_retries_the_run_has_all_attempts_again(db, monkeypatch):
    run = Fatal.enqueue(count=5)
    execute_as_often_as_needed(run)
    run.apply_transition("retry", by="editor")
    monkeypatch.setattr(Fatal, "each", lambda self, number: None)
    assert execute_as_often_as_needed(run) == 0
    assert run.state == "succeeded"


@pytest.mark.parametrize("wrong", [0, -1])
def test_a_number_of_attempts_that_allows_none_is_refused(wrong):
    with pytest.raises(fsmlock.ConfigurationError, match="max_attempts"):
        type("Wrong", (Fatal,), {"max_attempts": wrong})
