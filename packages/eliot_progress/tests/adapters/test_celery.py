from __future__ import annotations

import pytest
from celery import Celery, chain, chord
from celery.contrib.testing.worker import start_worker

from eliot_progress import causal_id
from eliot_progress.adapters.celery import install
from eliot_progress.errors import EliotProgressError


@pytest.fixture(scope="session")
def app(valkey_url):
    app = Celery("tests", broker=valkey_url, backend=valkey_url, set_as_current=False, fixups=[])
    app.conf.update(task_always_eager=False, broker_connection_retry_on_startup=True)
    install(app)

    @app.task(name="where")
    def where(*_):
        return causal_id()

    @app.task(name="flaky", bind=True, max_retries=2)
    def flaky(self):
        if self.request.retries < 2:
            raise self.retry(countdown=0, exc=LookupError("not yet"))
        return causal_id()

    return app


@pytest.fixture(scope="module")
def worker(app):
    with start_worker(app, pool="threads", concurrency=2, perform_ping_check=False):
        yield


@pytest.fixture
def ids(log):
    """The ids of all messages, which must never repeat."""
    yield lambda: [(m["task_uuid"], tuple(m["task_level"])) for m in log]
    seen = [(m["task_uuid"], tuple(m["task_level"])) for m in log]
    assert len(seen) == len(set(seen))


def root(log):
    from eliot_progress import context

    return context.start("test:click")


def in_action(action, call):
    with action.context():
        return call()


def test_a_task_has_the_causal_id_of_its_caller(app, worker, log, ids):
    action = root(log)
    result = in_action(action, app.tasks["where"].delay)
    assert result.get(timeout=5) == action.task_uuid.replace("-", "")


def test_chains_and_chords_stay_in_one_tree(app, worker, log, ids):
    action, where = root(log), app.tasks["where"]
    one = in_action(action, lambda: chain(where.si(), where.si(), where.si()).delay())
    other = in_action(action, lambda: chord([where.si(), where.si()], where.s()).delay())
    assert one.get(timeout=5) == other.get(timeout=20) == action.task_uuid.replace("-", "")


def test_every_attempt_of_a_retried_task_has_ids_of_its_own(app, worker, log, ids):
    action = root(log)
    result = in_action(action, app.tasks["flaky"].delay)
    assert result.get(timeout=5) == action.task_uuid.replace("-", "")
    starts = [m for m in log if m.get("action_type") == "celery:task" and m["action_status"] == "started"]
    assert sorted(m["retries"] for m in starts if m["task_id"] == result.id) == [0, 1, 2]


def test_an_eager_task_runs_below_its_caller_and_leaves_the_caller_its_context(app, log, ids):
    action = root(log)

    def call():
        inside = app.tasks["where"].apply().get()
        return inside, causal_id()

    inside, after = in_action(action, call)
    assert inside == after == action.task_uuid.replace("-", "")


def test_message_protocol_1_is_refused_since_it_has_no_headers():
    app = Celery("old", set_as_current=False, fixups=[])
    app.conf.task_protocol = 1
    with pytest.raises(EliotProgressError, match="task_protocol = 2"):
        install(app)
