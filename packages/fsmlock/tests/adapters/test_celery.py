from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Reject
from celery.signals import setup_logging, task_postrun
from django.core import mail
from django.db import connections
from django.test import override_settings
from kombu.exceptions import OperationalError

import fsmlock
from fsmlock import backends
from fsmlock.adapters.celery import RetryLaterTask, execute_run, recover_runs
from fsmlock.iteration import shutdown
from fsmlock.models import Run
from tests.shop.iterations import SendMails
from tests.shop.models import Film
from tests.waiting import wait_until

#: A worker that begins checks the models against every database.
pytestmark = [pytest.mark.django_db(databases=["default", "other"]), pytest.mark.slow]

tries = []

app = Celery("tests", broker="memory://", backend="cache+memory://")
app.conf.update(
    broker_transport_options={"polling_interval": 0.02},
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
)


@app.task(base=RetryLaterTask, bind=True, max_retries=0)
def render(self, pk):
    tries.append(self.request.retries)
    policy = fsmlock.RetryLater(backoff=timedelta(milliseconds=50), give_up_after=timedelta(seconds=20))
    with fsmlock.hold(Film.objects.get(pk=pk), "render", policy=policy):
        return "rendered"


def keep_logging(**_):
    """Connected, it keeps Celery from setting the level of the root logger for all later tests."""


def close_connections(**_):
    if threading.current_thread() is not threading.main_thread():
        connections.close_all()


@pytest.fixture(scope="module")
def celery_worker(django_db_setup, django_db_blocker):
    """One worker for all tests, since stopping one takes seconds."""
    app.set_current()
    app.loader.import_task_module("fsmlock.adapters.celery")
    task_postrun.connect(close_connections)
    setup_logging.connect(keep_logging)
    with (
        django_db_blocker.unblock(),
        start_worker(app, perform_ping_check=False, pool="solo", shutdown_timeout=20),
    ):
        yield
    task_postrun.disconnect(close_connections)
    setup_logging.disconnect(keep_logging)
    shutdown.reset()


@pytest.fixture
def worker(celery_worker, transactional_db):
    pass


def test_a_refused_task_is_queued_again_without_using_up_a_retry(worker):
    tries.clear()
    film = Film.objects.create(name="Film 1")
    held = fsmlock.hold(film, "render").acquire()
    result = render.delay(film.pk)
    wait_until(lambda: len(tries) >= 2)
    held.release()
    assert result.get(timeout=20) == "rendered"
    assert set(tries) == {0}


def test_celery_executes_a_run(worker):
    with override_settings(FSMLOCK={"ENQUEUE": "fsmlock.adapters.celery.enqueue"}):
        run = SendMails.enqueue(count=5)
        wait_until(lambda: Run.objects.get(pk=run.pk).has_ended)
    assert Run.objects.get(pk=run.pk).state == "succeeded"


@pytest.mark.postgresql
def test_a_run_whose_connections_were_ended_is_finished_by_the_next_message(
    worker, monkeypatch, end_connections
):
    each = SendMails.each

    def end_connections_at_item_20(self, number):
        each(self, number)
        if number == 20 and len(mail.outbox) == 21:
            end_connections()
            ended.set()

    ended = threading.Event()
    monkeypatch.setattr(SendMails, "each", end_connections_at_item_20)
    monkeypatch.setattr(SendMails, "persist_every", timedelta(0))
    monkeypatch.setattr(SendMails, "lease", timedelta(milliseconds=600))
    run = SendMails.enqueue(count=40)
    execute_run.delay(run.pk)
    assert ended.wait(30)
    connections.close_all()  # that of the test was ended as well
    wait_until(lambda: Run.objects.get(pk=run.pk).has_ended)
    assert Run.objects.get(pk=run.pk).state == "succeeded"
    assert [message.to[0] for message in mail.outbox] == [f"{n}@example.org" for n in range(40)]


def test_a_run_that_nobody_executes_any_more_is_recovered(worker):
    run = SendMails.enqueue(count=5)
    run.start()
    run.save()
    recover_runs.delay()
    wait_until(lambda: Run.objects.get(pk=run.pk).has_ended)
    assert len(mail.outbox) == 5


def test_a_message_waits_while_the_store_is_away(db, settings, monkeypatch):
    queued = []
    monkeypatch.setattr(execute_run, "apply_async", lambda **how: queued.append(how))
    run = SendMails.enqueue(count=3)
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend", "CACHE": "away"}
    settings.CACHES = settings.CACHES | {
        "away": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"CONNECTION_POOL_KWARGS": {"retry": None}},
        }
    }
    backends._build.cache_clear()
    assert execute_run(run.pk) == "store_unavailable"
    assert queued == [{"args": (run.pk,), "countdown": 11.0}]
    assert Run.objects.get(pk=run.pk).state == "enqueued"
    backends._build.cache_clear()


def test_a_message_for_a_deleted_run_does_nothing(db):
    run = SendMails.enqueue(count=3)
    pk = run.pk
    run.delete()
    assert execute_run(pk) == "deleted"


def test_a_broker_that_is_away_keeps_the_message_that_it_has(db, elsewhere, monkeypatch):
    def fail(**_):
        raise OperationalError("the broker is away")

    monkeypatch.setattr(execute_run, "apply_async", fail)
    run = SendMails.enqueue(count=3)
    shutdown.request()
    try:
        with pytest.raises(Reject) as rejected:
            execute_run(run.pk)
    finally:
        shutdown.reset()
    assert rejected.value.requeue


def test_a_task_called_directly_raises(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    with pytest.raises(fsmlock.HoldRefused) as refused:
        render(film.pk)
    assert refused.value.retry_after
    held.release()


def test_an_interrupted_run_is_queued_again(db, monkeypatch):
    queued = []
    monkeypatch.setattr(execute_run, "apply_async", lambda **how: queued.append(how))
    run = SendMails.enqueue(count=3)
    shutdown.request()
    try:
        assert execute_run(run.pk) == "interrupted"
    finally:
        shutdown.reset()
    assert queued == [{"args": (run.pk,), "countdown": 0.0}]
    assert execute_run(run.pk) == "succeeded"
    assert len(mail.outbox) == 3


def test_a_redelivered_copy_returns_and_is_queued_for_after_the_lease(db, elsewhere, monkeypatch):
    queued = []
    monkeypatch.setattr(execute_run, "apply_async", lambda **how: queued.append(how))
    run = SendMails.enqueue(count=3)
    held = elsewhere(fsmlock.hold(run, "execute").acquire)
    run.start()
    run.save()
    assert execute_run(run.pk) == "running"
    assert queued == [{"args": (run.pk,), "countdown": 11.0}]
    assert mail.outbox == []
    held.release()
    assert Run.objects.get(pk=run.pk).state == "running"
