from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from tests.values import failed, save_failures
from tests.waiting import wait_until

from queue_insight import snapshot
from queue_insight.collector_state import CollectorState, ObservedTask, ObservedWorker, TaskCounts
from queue_insight.models import PausedQueue
from queue_insight.testing.states import save

pytestmark = pytest.mark.django_db
PACKAGE = Path(__file__).parents[3]
PATH = "tests.management.commands.test_queue_insight.shown"
shown = None


@pytest.fixture
def current(app, settings, monkeypatch):
    monkeypatch.setattr(PATH, app)
    return PATH


def run(*options: str, broker_url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "django", "queue_insight", *options, "--app", "tests.work.app"],
        cwd=PACKAGE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "WORK_BROKER_URL": broker_url},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_collector_runs_as_a_process_until_a_signal_stops_it(app, broker_url, number):
    process = run("collect", broker_url=broker_url)
    try:
        wait_until(lambda: snapshot(app).fresh)
        process.send_signal(number)
        out, _ = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert out.startswith("Collecting from redis://")
    assert out.endswith("Stopped.\n")


def test_show_prints_tables(app, current, capsys):
    app.send_task("work.do")
    call_command("queue_insight", "show", "--app", current)
    out = capsys.readouterr().out
    assert "celery  1" in out
    assert "manage.py queue_insight collect" in out


def test_before_a_look_the_settings_are_checked_and_no_address_is_imported(current, settings, capsys):
    settings.ROOT_URLCONF = "not.there"
    call_command("queue_insight", "show", "--app", current, skip_checks=False)
    assert "manage.py queue_insight collect" in capsys.readouterr().out
    settings.QUEUE_INSIGHT = {"SAVE_INTERVAL": 1}
    with pytest.raises(SystemCheckError, match="SAVE_INTERVAL_S"):
        call_command("queue_insight", "show", "--app", current, skip_checks=False)


def test_show_prints_json(app, current, capsys):
    call_command("queue_insight", "show", "--json", "--app", current)
    document = json.loads(capsys.readouterr().out)
    assert (document["format"], document["version"]) == ("queue-insight-snapshot", 1)
    assert document["queues"][0]["name"] == "celery"


def test_show_lists_what_has_run_longest_and_all_only_if_asked(app, current, store, capsys):
    worker = ObservedWorker(
        name="one@test", last_seen_at=1000.0, task_counts={"celery": TaskCounts(running=30)}
    )
    tasks = tuple(ObservedTask(id=f"task-{n:02}", worker="one@test", started_at=900.0 + n) for n in range(30))
    longest = tuple(task.id for task in tasks[:20])
    state = CollectorState(
        collected_at=1000.0, next_by=1001.0, workers=(worker,), tasks=tasks, longest=longest
    )
    save(store, state)

    def shown(*options):
        call_command("queue_insight", "show", *options, "--app", current)
        return capsys.readouterr().out

    assert shown().count("task-") == 20
    assert "Not listed: 10 tasks of the workers (--all lists every one)." in shown()
    assert shown("--all").count("task-") == 30
    assert "Not listed" not in shown("--all")
    document = json.loads(shown("--json"))
    assert (len(document["running"]), document["asked_tasks"]) == (20, sorted(longest))


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_show_says_why_a_task_does_not_run(app, current, capsys, options):
    app.send_task("work.do")
    second = app.send_task("work.do")
    call_command("queue_insight", "show", "--task", second.id, *options, "--app", current)
    assert "1 task is ahead of it in queue 'celery'." in capsys.readouterr().out


def test_the_beginning_of_an_id_is_enough_if_one_task_begins_so(app, current, capsys):
    for task_id in ("4f1c9a00", "4f1c9b00", "77aa"):
        app.send_task("work.do", task_id=task_id)
    call_command("queue_insight", "show", "--task", "4f1c9b", "--app", current)
    assert "1 task is ahead of it in queue 'celery'." in capsys.readouterr().out
    with pytest.raises(CommandError, match="2 tasks begin with '4f1c': 4f1c9a00, 4f1c9b00"):
        call_command("queue_insight", "show", "--task", "4f1c", "--app", current)


@pytest.mark.django_db
def test_top_prints_the_overview_once_where_there_is_no_terminal(app, current, capsys):
    app.send_task("work.do")
    call_command("queue_insight", "top", "--app", current)
    out = " ".join(capsys.readouterr().out.split())
    assert "1 task waits in 1 queue" in out
    assert "q queues" in out


def test_an_app_that_is_not_there_is_refused_with_an_example():
    with pytest.raises(CommandError, match=r"--app is 'nowhere\.app'.*project\.celery\.app"):
        call_command("queue_insight", "show", "--app", "nowhere.app")


def test_the_help_shows_examples(capsys):
    with pytest.raises(SystemExit):
        call_command("queue_insight", "--help")
    out = capsys.readouterr().out
    assert "manage.py queue_insight show --task" in out


def test_show_prints_the_history_of_a_queue(app, current, capsys):
    call_command("queue_insight", "show", "--queue", "celery", "--app", current)
    assert capsys.readouterr().out == "Nothing is known: no collector has recorded it.\n"


def test_show_prints_what_failed(current, store, capsys):
    save_failures(store, one=failed(), two=failed(exception="KeyError"))
    call_command("queue_insight", "show", "--failures", "refused", "--app", current)
    out = capsys.readouterr().out
    assert "shop.Refused  shop/orders/tasks.py:17 in charge  shop.pay" in out
    assert "KeyError" not in out
    call_command("queue_insight", "show", "--failures", "--json", "--app", current)
    document = json.loads(capsys.readouterr().out)
    assert {each["exception"] for each in document["failures"]} == {"shop.Refused", "KeyError"}


def test_a_collector_that_could_save_nothing_for_others_does_not_start(rabbitless, settings):
    settings.QUEUE_INSIGHT = {"STORE": "memory://"}
    with pytest.raises(CommandError, match=r"broker \(amqp\).*Set QUEUE_INSIGHT\['STORE'\] to a Redis"):
        call_command("queue_insight", "collect", "--app", rabbitless)


@pytest.fixture
def rabbitless(monkeypatch):
    monkeypatch.setattr(PATH, Celery("work", broker="amqp://nowhere.invalid//", set_as_current=False))
    return PATH


@pytest.mark.django_db(transaction=True)
def test_a_project_that_has_not_migrated_is_shown_all_the_same(app, capsys):
    app.set_current()
    with connection.schema_editor() as editor:
        editor.delete_model(PausedQueue)
    try:
        call_command("queue_insight", "show")
        call_command("queue_insight", "top")
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(PausedQueue)
    assert "No collector has reported" in capsys.readouterr().out
