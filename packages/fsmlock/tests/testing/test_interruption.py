from __future__ import annotations

import pytest
from django.core import mail

import fsmlock
from fsmlock.iteration import execute, shutdown
from fsmlock.testing import interrupt_after, lose_hold, lose_hold_after
from tests.shop.iterations import Batches, SendMails
from tests.shop.models import Film


def test_interrupt_after_stops_after_that_many_items_and_cleans_up(db):
    run = SendMails.enqueue(count=5)
    execute(run, on_item=interrupt_after(2))
    assert (run.state, len(mail.outbox)) == ("interrupted", 2)
    assert not shutdown.requested()
    assert execute(run).state == "succeeded"
    assert len(mail.outbox) == 5


def test_with_batches_it_counts_batches(db):
    Film.objects.bulk_create(Film(name=f"{n}") for n in range(10))
    run = Batches.enqueue()
    execute(run, on_item=interrupt_after(1))
    assert run.done == Batches.batch_size


def test_lose_hold_makes_the_next_check_fail(film):
    with (
        lose_hold(),
        fsmlock.hold(film, "render") as held,
        pytest.raises(fsmlock.HoldLost, match="the test said"),
    ):
        held.check()
    with fsmlock.hold(film, "render") as held:
        held.check()


def test_lose_hold_after_some_items_stops_the_run(db):
    run = SendMails.enqueue(count=5)
    execute(run, on_item=lose_hold_after(2))
    assert (run.state, len(mail.outbox)) == ("running", 2)
