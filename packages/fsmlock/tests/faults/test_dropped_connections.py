"""The database ends the connections of a run: a restart, a failover, a pooler, an idle time-out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import OperationalError, connection, connections

import fsmlock
from fsmlock.iteration import execute
from fsmlock.models import Run
from tests.shop.iterations import NameFrames, Odd, SendMails
from tests.shop.models import Film, Frame, Room

ITEMS = 40


@pytest.fixture(autouse=True)
def saved_after_every_item(transactional_db, monkeypatch):
    for iteration in (SendMails, NameFrames, Odd):
        monkeypatch.setattr(iteration, "persist_every", timedelta(0))


def once_after(items, act):
    """Call it once, after so many items."""
    left = iter([False] * (items - 1) + [True])

    def count(_held):
        if next(left, False):
            act()

    return count


@pytest.mark.postgresql
@pytest.mark.parametrize("items", [1, 20, ITEMS])
def test_a_run_is_interrupted_and_repeats_nothing(end_connections, items):
    run = execute(SendMails.enqueue(count=ITEMS), on_item=once_after(items, end_connections))
    assert run.state == "interrupted"
    assert run.resume_after_s == SendMails.lease.total_seconds()
    assert "did not answer" in run.reason
    assert fsmlock.holds_on(run) == ()
    assert execute(Run.objects.get(pk=run.pk)).state == "succeeded"
    assert [message.to[0] for message in mail.outbox] == [f"{n}@example.org" for n in range(ITEMS)]


@pytest.mark.postgresql
def test_an_item_that_the_loss_interrupts_is_repeated_and_not_failed(monkeypatch, end_connections):
    each, seen = SendMails.each, []

    def read(self, number):
        seen.append(number)
        if seen == [0, 1, 2]:
            end_connections()
            Film.objects.count()
        each(self, number)

    monkeypatch.setattr(SendMails, "each", read)
    run = execute(SendMails.enqueue(count=4))
    assert (run.state, run.done, run.failed) == ("interrupted", 2, 0)
    assert execute(Run.objects.get(pk=run.pk)).state == "succeeded"
    assert seen == [0, 1, 2, 2, 3]
    assert len(mail.outbox) == 4


@pytest.mark.postgresql
def test_an_item_that_fails_although_the_stores_answer_is_a_failed_item(monkeypatch):
    def fail(_self, _number):
        raise OperationalError("of a database of the item's own")

    monkeypatch.setattr(SendMails, "each", fail)
    run = execute(SendMails.enqueue(count=4))
    assert run.state == "failed"
    assert "of a database of the item's own" in run.reason


@pytest.mark.postgresql
def test_with_one_commit_for_both_a_lost_connection_repeats_nothing(monkeypatch, end_connections):
    film = Film.objects.create(name="Film 1")
    Frame.objects.bulk_create(Frame(film=film) for _ in range(6))
    each = NameFrames.each
    numbers = iter(range(100))

    def name(self, frame):
        each(self, frame)
        if next(numbers) == 3:
            end_connections()

    monkeypatch.setattr(NameFrames, "each", name)
    run = execute(NameFrames.enqueue())
    assert (run.state, run.done) == ("interrupted", 3)
    assert execute(Run.objects.get(pk=run.pk)).state == "succeeded"
    names = list(Room.objects.order_by("pk").values_list("name", flat=True))
    assert names == [f"frame {pk}" for pk in Frame.objects.order_by("pk").values_list("pk", flat=True)]


@pytest.mark.postgresql
def test_a_failure_that_can_not_be_saved_is_found_again(monkeypatch, end_connections):
    monkeypatch.setattr(Odd, "seen", [])
    items = []

    def each(self, number):
        items.append(number)
        if items == [1, 2]:
            end_connections()
        if number % 2 == 0:
            raise ValueError(f"{number} is even")

    monkeypatch.setattr(Odd, "each", each)
    run = execute(Odd.enqueue())
    assert (run.state, run.failed) == ("interrupted", 0)
    run = execute(Run.objects.get(pk=run.pk))
    assert (run.state, run.done, run.failed) == ("succeeded", 3, 2)
    assert items == [1, 2, 2, 3, 4, 5]


@pytest.mark.postgresql
def test_a_database_that_stays_away_leaves_the_run_to_the_next_message(monkeypatch, end_connections):
    run = SendMails.enqueue(count=5)

    def move_away(held):
        if len(mail.outbox) == 3 and held:
            monkeypatch.setitem(connection.settings_dict, "PORT", "1")
            end_connections(PORT=port)

    port = connection.settings_dict["PORT"]
    with pytest.raises(fsmlock.StoreUnavailable):
        execute(run, on_item=move_away)
    monkeypatch.setitem(connection.settings_dict, "PORT", port)
    connections.close_all()
    assert Run.objects.get().state == "running"
    with monkeypatch.context() as patch:
        patch.setattr("fsmlock.iteration.execution.Skip", lambda: fsmlock.Wait(up_to=timedelta(seconds=60)))
        assert execute(Run.objects.get()).state == "succeeded"
    assert len(mail.outbox) == 5
