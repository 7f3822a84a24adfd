from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery.exceptions import TimeoutError as NotYet
from django.db import connection

import fsmlock
from tests.conftest import make_film
from tests.faults import tasks
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def worker(transactional_db, valkey_url, tmp_path, monkeypatch):
    """A Celery worker with one process for tasks, on the database of the test."""
    broker = valkey_url.removesuffix("0") + "7"
    monkeypatch.setattr(tasks.app.conf, "broker_url", broker)
    monkeypatch.setattr(tasks.app.conf, "result_backend", broker)
    env = {**os.environ, "FAULTS_BROKER": broker, "FAULTS_DATABASE": str(connection.settings_dict["NAME"])}
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.faults.tasks",
        "worker",
        "-c",
        "1",
        "-Q",
        "faults",
    ]
    command += ["--without-gossip", "--without-mingle", "-l", "warning"]
    with (tmp_path / "worker.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        yield process
        process.terminate()
        process.wait(60)
    tasks.app.pool.force_close_all()


def answer(result):
    """What the worker says once it is there; a busy machine starts it slowly."""
    found = []

    def ask():
        try:
            found.append(result.get(timeout=0.5, propagate=False))
        except NotYet:
            return False
        return True

    wait_until(ask, within=90)
    return found[0]


def test_a_task_that_retries_for_a_lock_uses_no_worker_and_no_retry_and_is_listed(worker, tmp_path):
    film = make_film()
    held = fsmlock.hold(film, "render", holder="import 12").acquire()
    waiting = tasks.render.apply_async(args=(film.pk, str(tmp_path)), headers={"trace": "7"})
    wait_until(lambda: fsmlock.waiters_on(film), within=90)
    assert [(w.why, w.kind) for w in fsmlock.waiters_on(film)] == [("the decorated task", "retrying")]
    assert answer(tasks.another.delay()) == "another", "the only process is free for others meanwhile"
    given_up = answer(tasks.give_up.delay(film.pk))
    assert isinstance(given_up, Exception)
    assert "import 12" in str(given_up)
    held.release()
    assert answer(waiting) == "rendered"
    retries, _, headers = (tmp_path / "rendered").read_text().partition(" ")
    assert retries == "0"
    assert "'trace': '7'" in headers
    assert fsmlock.waiters_on(film) == ()
    assert worker.poll() is None
