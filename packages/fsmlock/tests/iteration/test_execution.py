from __future__ import annotations

import traceback
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from django.core import mail

import fsmlock
from fsmlock import signals
from fsmlock.adapters.celery import execute_run
from fsmlock.iteration import Iteration, execute, shutdown
from fsmlock.models import Run
from fsmlock.renewal import renewer
from fsmlock.testing import interrupt_after, lose_hold_after
from tests.shop.iterations import (
    Batches,
    Brief,
    Locking,
    NameFrames,
    Nest,
    Odd,
    SendMails,
    Strict,
    Table,
    Throttled,
    handed_over,
)
from tests.shop.models import Film, Frame, Room


def recipients():
    return [message.to[0] for message in mail.outbox]


def again(run):
    """As another worker would find it."""
    return Run.objects.get(pk=run.pk)


def test_a_run_does_every_item_once(db):
    run = execute(SendMails.enqueue(count=7))
    assert (run.state, run.done, run.total, run.cursor) == ("succeeded", 7, 7, 6)
    assert len(set(recipients())) == len(recipients()) == 7


def test_a_thousand_mails_interrupted_paused_resumed_and_finished_arrive_once_each(db):
    run = SendMails.enqueue()
    execute(run, on_item=interrupt_after(100))
    assert run.state == "interrupted"
    assert again(run).done == len(mail.outbox) == 100
    run.pause(by="editor")
    assert execute(again(run)).state == "paused"
    run.resume()
    run.save()
    execute(again(run), on_item=interrupt_after(400))
    assert execute(again(run)).state == "succeeded"
    assert recipients() == [f"{n}@example.org" for n in range(1000)]


def test_a_cancelled_run_stops_after_the_current_item(db, monkeypatch):
    run = SendMails.enqueue(count=10)

    monkeypatch.setattr(SendMails, "persist_every", timedelta(0))
    monkeypatch.setattr(SendMails, "each", _then(SendMails.each, 3, lambda: again(run).cancel(by="editor")))
    execute(run)
    assert (run.state, run.done, run.requested_by) == ("cancelled", 4, "editor")
    assert len(mail.outbox) == 4
    assert execute(run).state == "cancelled"


def _then(each, number, act):
    def doing(self, item):
        each(self, item)
        if item == number:
            act()

    return doing


def test_a_paused_run_rests_until_it_is_resumed(db, monkeypatch):
    run = SendMails.enqueue(count=5)
    monkeypatch.setattr(SendMails, "persist_every", timedelta(0))
    monkeypatch.setattr(SendMails, "each", _then(SendMails.each, 1, lambda: again(run).pause(by="editor")))
    assert execute(run).state == "paused"
    assert execute(again(run)).state == "paused"
    assert len(mail.outbox) == 2
    run.resume()
    run.save()
    assert execute(again(run)).state == "succeeded"
    assert len(mail.outbox) == 5


def test_a_second_worker_returns_at_once(db, elsewhere):
    run = SendMails.enqueue(count=5)
    held = elsewhere(fsmlock.hold(run, "execute").acquire)
    assert execute(again(run)).state == "enqueued"
    assert mail.outbox == []
    held.release()


def test_a_worker_that_lost_its_hold_writes_nothing_more(db):
    run = SendMails.enqueue(count=10)
    execute(run, on_item=lose_hold_after(4))
    assert (run.state, run.done) == ("running", 0)
    assert execute(again(run)).done == 10
    # The file of this host knew the four that the database didn't.
    assert len(mail.outbox) == 10


def test_a_stale_worker_can_not_write_its_cursor(db):
    run = SendMails.enqueue(count=10)
    execute(run, on_item=lose_hold_after(2))
    Run.objects.filter(pk=run.pk).update(token=10**6, cursor=5, done=6)
    assert execute(again(run)).state == "succeeded"


def test_effect_and_cursor_are_one_commit(film):
    Frame.objects.bulk_create(Frame(film=film) for _ in range(5))
    run = NameFrames.enqueue()
    execute(run, on_item=lose_hold_after(3))
    assert Run.objects.get(pk=run.pk).done == 3
    assert execute(again(run)).state == "succeeded"
    assert Room.objects.filter(name__startswith="frame").count() == 5


def test_batches_come_in_order(db):
    Film.objects.bulk_create(Film(name=f"{n}") for n in range(10))
    Batches.seen.clear()
    assert execute(Batches.enqueue()).done == 10
    assert Batches.seen == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]]


def test_failed_items_are_collected_and_retried_alone(db, monkeypatch):
    Odd.seen.clear()
    run = execute(Odd.enqueue())
    assert (run.state, run.done, run.failed) == ("succeeded", 3, 2)
    assert [e.error for e in run.errors.all()] == ["ValueError: 2 is even", "ValueError: 4 is even"]
    monkeypatch.setattr(Odd, "broken", False)
    retry = execute(Odd.retry_failed(run))
    assert (retry.state, retry.done, retry.total) == ("succeeded", 2, 2)
    assert Odd.seen == [1, 3, 5, 2, 4]


def test_one_of_the_failed_items_is_retried_alone(db, monkeypatch):
    Odd.seen.clear()
    run = execute(Odd.enqueue())
    monkeypatch.setattr(Odd, "broken", False)
    retry = execute(Odd.retry_failed(run, only=[run.errors.get(item__contains="4")]))
    assert (retry.state, retry.done, retry.total) == ("succeeded", 1, 1)
    assert Odd.seen == [1, 3, 5, 4]


def test_too_many_failures_end_the_run_before_the_last_item(db, monkeypatch):
    run = execute(Strict.enqueue())
    assert (run.state, run.done) == ("failed", 1)
    assert "2 is even" in run.reason
    monkeypatch.setattr(Strict, "broken", False)
    run.retry()
    run.save()
    assert (execute(again(run)).state, again(run).done) == ("succeeded", 5)


def test_the_time_budget_interrupts_after_an_item(db):
    run = Brief.enqueue(count=2)
    assert execute(run).state == "interrupted"
    assert "time" in run.reason
    assert execute(execute(run)).state == "interrupted"


def test_a_throttle_interrupts_for_the_returned_time(db):
    run = execute(Throttled.enqueue(count=5))
    assert (run.state, run.done, run.resume_after_s) == ("interrupted", 3, 30)


def test_it_waits_for_the_locks_of_its_target(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    run = execute(Locking.enqueue(film=film.pk))
    assert run.state == "interrupted"
    assert "import 12" in run.reason
    held.release()
    assert execute(run).state == "succeeded"


def test_a_shutdown_interrupts(db):
    run = SendMails.enqueue(count=5)
    shutdown.request()
    try:
        assert execute(run).state == "interrupted"
    finally:
        shutdown.reset()


def test_nested_items_resume_inside(db):
    Nest.seen.clear()
    run = Nest.enqueue()
    execute(run, on_item=interrupt_after(3))
    assert execute(again(run)).state == "succeeded"
    assert Nest.seen == [11, 12, 21, 22]


def test_rows_of_a_table_resume(db, tmp_path):
    Table.seen.clear()
    path = tmp_path / "names.csv"
    path.write_text("name,age\nada,36\nalan,41\ngrace,85\n")
    run = Table.enqueue(path=str(path))
    execute(run, on_item=interrupt_after(1))
    assert execute(again(run)).total == 3
    assert Table.seen == ["ada", "alan", "grace"]


def test_progress_is_reported(db):
    steps, events = [], []

    def listen(event, **_):
        events.append((event.state, event.done))

    signals.run_progressed.connect(listen)
    execute(SendMails.enqueue(count=3), on_progress=steps.append)
    assert [(s.state, s.done, s.total, s.unit) for s in steps] == [
        ("running", 0, 3, "mail"),
        ("succeeded", 3, 3, "mail"),
    ]
    assert events == [("running", 0), ("succeeded", 3)]


def test_a_run_is_handed_to_a_worker_when_it_is_enqueued_or_resumed(
    db, settings, django_capture_on_commit_callbacks
):
    settings.FSMLOCK = {"ENQUEUE": "tests.shop.iterations.enqueue"}
    handed_over.clear()
    with django_capture_on_commit_callbacks(execute=True):
        run = SendMails.enqueue(count=3)
    run.pause()
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(again(run), "resume")
    assert handed_over == [run.pk, run.pk]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"each": lambda self, item: None}, "define its items"),
        ({"items": lambda self: []}, "either each"),
        ({"items": lambda self: [], "each": print, "each_batch": print}, "either each"),
    ],
)
def test_an_incomplete_iteration_is_refused_with_an_example(body, words):
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        type("Wrong", (Iteration,), body)


def test_arguments_that_can_not_be_stored_are_refused_at_once(db):
    with pytest.raises(fsmlock.ConfigurationError, match="can't be enqueued"):
        SendMails.enqueue(number=3)
    with pytest.raises(fsmlock.ConfigurationError, match="can't be enqueued"):
        SendMails.enqueue(count={1})


def test_an_iteration_inside_a_function_is_refused(db):
    class Inner(SendMails):
        pass

    with pytest.raises(fsmlock.ConfigurationError, match="top of a module"):
        Inner.enqueue()


def test_a_run_without_its_class_is_refused(db):
    run = SendMails.enqueue(count=1)
    Run.objects.update(iteration="tests.shop.iterations.Gone")
    with pytest.raises(fsmlock.ConfigurationError, match="no longer exists"):
        execute(again(run))


def test_a_run_whose_class_takes_other_arguments_by_now_is_refused(db):
    run = SendMails.enqueue(count=1)
    Run.objects.update(arguments={"count": 1, "gone": 2})
    with pytest.raises(fsmlock.ConfigurationError, match=r"gone.*cancel the run"):
        execute(again(run))


def test_a_cancel_request_to_the_hold_cancels_the_run(db, monkeypatch, settings):
    settings.FSMLOCK = {"NOTICE_WITHIN": timedelta(milliseconds=20)}
    run = SendMails.enqueue(count=3)
    monkeypatch.setattr(SendMails, "each", _then(SendMails.each, 0, lambda: _ask(run)))
    execute(run)
    assert (run.state, run.requested_by) == ("cancelled", "editor")


def _ask(run):
    """Ask, and look at once as the background thread would within a moment."""
    fsmlock.cancel(run, "execute", by="editor")
    for store in renewer()._stores.values():
        for hold in list(store._schedule._valid):
            hold._on_commit = None
            hold.renew()


class Traced(SendMails):
    calls: ClassVar[list] = []

    def each(self, number):
        home = str(Path(fsmlock.__file__).parent)
        frames = [frame for frame in traceback.extract_stack() if frame.filename.startswith(home)]
        self.calls.append([f"{Path(frame.filename).stem}.{frame.name}" for frame in frames])


def test_four_calls_lead_from_the_celery_message_to_the_item(db):
    Traced.calls.clear()
    assert execute_run(Traced.enqueue(count=1).pk) == "succeeded"
    (calls,) = Traced.calls
    assert [*calls, "each"] == ["celery.execute_run", "execution.execute", "execution.process_items", "each"]


def test_on_item_is_called_after_every_item_with_the_hold(db):
    done = []
    run = SendMails.enqueue(count=3)
    execute(run, on_item=lambda held: done.append((bool(held), len(mail.outbox))))
    assert done == [(True, 1), (True, 2), (True, 3)]
