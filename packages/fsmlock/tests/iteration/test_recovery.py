from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import OperationalError, connection, connections
from django.utils import timezone

import fsmlock
from fsmlock import conf
from fsmlock.adapters.celery import execute_run
from fsmlock.iteration import execute
from fsmlock.iteration.journal import Journal, Position
from fsmlock.iteration.recovery import recover_abandoned
from fsmlock.models import Run
from tests.shop.iterations import SendMails, Throttled


def abandoned(state="running", count=5):
    """What a worker leaves that was killed, or whose database went away."""
    run = SendMails.enqueue(count=count)
    run.start()
    if state == "pausing":
        run.request_pause()
    elif state == "cancelling":
        run.request_cancel()
    run.save()
    return run


def test_an_abandoned_run_is_queued_exactly_once_however_often_it_is_looked_for(db):
    run, queued = abandoned(), []
    for _ in range(3):
        recover_abandoned(lambda each: queued.append(each.pk))
    assert queued == [run.pk]
    assert Run.objects.get().state == "interrupted"
    assert "worker has disappeared" in Run.objects.get().reason


def test_a_run_that_somebody_executes_is_left_alone(db, elsewhere):
    run, queued = abandoned(), []
    held = elsewhere(fsmlock.hold(run, "execute").acquire)
    assert recover_abandoned(queued.append) == queued == []
    assert Run.objects.get().state == "running"
    held.release()


def lost(**values):
    """What a broker leaves that lost the message of a run an hour ago."""
    run = SendMails.enqueue(count=7)
    Run.objects.filter(pk=run.pk).update(due_at=timezone.now() - timedelta(hours=1), **values)
    return run


@pytest.mark.parametrize("state", ["enqueued", "interrupted"])
def test_a_run_whose_message_was_lost_is_queued_once_in_a_while(db, state):
    run, queued = lost(state=state), []
    for _ in range(3):
        recover_abandoned(lambda each: queued.append(each.pk))
    assert queued == [run.pk]
    assert Run.objects.get().state == state
    Run.objects.update(due_at=timezone.now() - timedelta(hours=1))
    recover_abandoned(lambda each: queued.append(each.pk))
    assert queued == [run.pk, run.pk]


def test_a_second_message_of_the_same_run_does_no_harm(db):
    run = lost()
    recover_abandoned(lambda _: None)
    assert [execute_run(run.pk), execute_run(run.pk)] == ["succeeded", "succeeded"]
    assert len(mail.outbox) == 7


def test_a_run_is_not_overdue_before_the_time_that_the_settings_allow(db, settings):
    run, queued = lost(), []
    settings.FSMLOCK = {"REQUEUE_AFTER": timedelta(hours=2)}
    assert recover_abandoned(queued.append) == []
    settings.FSMLOCK = {"REQUEUE_AFTER": timedelta(minutes=30)}
    assert recover_abandoned(queued.append) == queued == [run]


def test_a_run_that_pauses_for_long_is_not_overdue_before_it_is_due(db):
    run = execute(Throttled.enqueue(count=5))
    assert run.state == "interrupted"
    assert run.due_at > timezone.now() + timedelta(seconds=20)
    SendMails.enqueue(count=1)
    run.pause(by="editor")
    run.apply_transition("resume")
    assert Run.objects.get(pk=run.pk).due_at <= timezone.now()


def test_an_overdue_run_that_somebody_begins_is_left_alone(db, elsewhere):
    run = lost()
    held = elsewhere(fsmlock.hold(run, "execute").acquire)
    assert recover_abandoned(pytest.fail) == []
    held.release()


def test_runs_that_wait_or_rest_or_have_ended_are_left_alone(db):
    SendMails.enqueue(count=1)
    paused = SendMails.enqueue(count=2)
    paused.pause(by="editor")
    assert recover_abandoned(pytest.fail) == []


@pytest.mark.parametrize(("state", "after"), [("pausing", "paused"), ("cancelling", "cancelled")])
def test_an_abandoned_run_that_was_asked_to_stop_stops(db, state, after):
    run = abandoned(state)
    journal = Journal(run.key.hex)
    journal.write(Position(cursor=1, done=2))
    journal.close()
    assert recover_abandoned(pytest.fail) == []
    assert Run.objects.get().state == after
    assert (Journal(run.key.hex).read() is None) == (after == "cancelled")


def test_the_journal_of_a_run_that_ended_on_another_host_is_deleted(db, tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path)}
    ended, paused = SendMails.enqueue(count=1), SendMails.enqueue(count=2)
    of_another_project = "0" * 32
    for key in (ended.key.hex, paused.key.hex, of_another_project, "notes"):
        journal = Journal(key)
        journal.write(Position(cursor=1, done=1))
        journal.close()
    Run.objects.filter(pk=ended.pk).update(state="succeeded")
    paused.pause(by="editor")
    assert recover_abandoned(pytest.fail) == []
    kept = {paused.key.hex, of_another_project, "notes"}
    assert {path.stem for path in tmp_path.iterdir()} == kept


def journal_of(key, written_at, *, using="default"):
    """The path of a journal that was last written at this second."""
    journal = Journal(key, using=using)
    journal.write(Position(cursor=1, done=1))
    journal.close()
    (path,) = Path(conf.get().JOURNALS).glob(f"{key}*")
    os.utime(path, (written_at, written_at))
    return path


def test_the_journal_of_a_run_that_was_deleted_is_deleted_a_day_later(db, tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path)}
    for hours in (23, 25):
        run = SendMails.enqueue(count=hours)
        path = journal_of(run.key.hex, timezone.now().timestamp() - hours * 3600)
        recover_abandoned(pytest.fail)
        assert path.exists()
        run.delete()
        recover_abandoned(pytest.fail)
        assert path.exists() == (hours < 24)


def test_the_journal_of_a_run_in_a_database_that_could_not_be_read_stays(db, tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path)}
    deleted, elsewhere = "1" * 32, "2" * 32
    journal_of(deleted, 0)
    journal_of(elsewhere, 0, using="other")

    def fail(execute, sql, params, many, context):
        if '"key" IN' in sql:
            raise OperationalError("the database is away")
        return execute(sql, params, many, context)

    with pytest.raises(OperationalError), connection.execute_wrapper(fail):
        recover_abandoned(pytest.fail)
    assert len(list(tmp_path.iterdir())) == 2
    recover_abandoned(pytest.fail)
    assert {path.stem for path in tmp_path.iterdir()} == {elsewhere}


def test_a_journal_of_a_version_that_noted_no_database_is_deleted_after_90_days(db, tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path)}
    paused = SendMails.enqueue(count=2)
    paused.pause(by="editor")
    keys = {paused.key.hex: 91, "1" * 32: 89, "2" * 32: 91}
    for key, days in keys.items():
        written_at = timezone.now().timestamp() - days * 86_400
        path = journal_of(key, written_at)
        os.truncate(path, 4096)
        os.utime(path, (written_at, written_at))
    recover_abandoned(pytest.fail)
    assert {path.stem for path in tmp_path.iterdir()} == {paused.key.hex, "1" * 32}


def test_a_host_without_journals_gets_no_folder_for_them(db, tmp_path, settings):
    settings.FSMLOCK = {"JOURNALS": str(tmp_path / "journals")}
    recover_abandoned(pytest.fail)
    assert not list(tmp_path.iterdir())


def test_a_run_that_could_not_be_queued_is_found_again(db):
    run, queued = abandoned(), []

    def fail(_run):
        raise ConnectionError("the broker is away")

    with pytest.raises(ConnectionError):
        recover_abandoned(fail)
    assert Run.objects.get().state == "running"
    recover_abandoned(queued.append)
    assert queued == [run]


def test_several_who_look_at_the_same_time_queue_a_run_once(transactional_db):
    runs, queued, ready = [abandoned(count=n) for n in range(5)], [], threading.Barrier(4)

    def look():
        try:
            ready.wait()
            recover_abandoned(lambda run: queued.append(run.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == [run.pk for run in runs]
