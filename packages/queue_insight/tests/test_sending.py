from __future__ import annotations

import os
import threading
import time

import pytest
from celery import Celery
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight import diagnose, install, sending, snapshot
from queue_insight.errors import SettingInvalidError
from queue_insight.failures import failures
from queue_insight.publish_time import HEADER
from queue_insight.stored_state import load_sent
from queue_insight.stores.redis import RedisStore


@pytest.fixture
def noting(app, settings):
    settings.QUEUE_INSIGHT = {"MAX_SENT": 100}
    app.conf.task_send_sent_event = False
    before = sending.dropped()
    install(app, causal_id=lambda: "cause-17")
    yield lambda: sending.dropped() - before
    sending.uninstall()


def noted(store, task_id):
    wait_until(lambda: load_sent(store, [task_id]))
    return load_sent(store, [task_id])[task_id]


def test_a_task_is_noted_with_its_queue_its_name_and_its_cause(app, store, noting):
    begun = time.time()
    task_id = app.send_task("work.do", queue="slow").id
    note = noted(store, task_id)
    assert (note.name, note.queue, note.root_id, note.causal_id) == ("work.do", "slow", task_id, "cause-17")
    assert begun <= note.sent_at <= time.time()
    with app.connection_for_read() as connection:
        (message,) = connection.default_channel.client.lrange("slow", 0, -1)
    assert HEADER in message.decode()


def test_why_a_task_deep_in_a_queue_waits_names_its_own_queue(app, store, noting):
    for _ in range(3):
        app.send_task("work.do", queue="other")
        task_id = app.send_task("work.do", queue="slow").id
    noted(store, task_id)
    now = snapshot(app, store=store, tasks=[task_id], queues=["other", "slow"], peek=1)
    reason, *_ = diagnose(task_id, now)
    assert (reason.code, reason.message) == ("tasks_ahead", "2 tasks are ahead of it in queue 'slow'.")


def test_of_a_task_that_is_nowhere_its_note_says_where_it_was_sent(app, store, noting):
    task_id = app.send_task("work.do", queue="slow").id
    noted(store, task_id)
    with app.connection_for_write() as connection:
        connection.default_channel.client.delete("slow")
    reason, *_ = diagnose(task_id, snapshot(app, store=store, tasks=[task_id]))
    assert reason.code == "sent"
    assert reason.message.startswith("It was sent to queue 'slow' at ")
    assert "the workers could not be searched" in reason.message


def test_a_publish_neither_fails_nor_waits_while_the_store_is_down(app, settings):
    settings.QUEUE_INSIGHT = {"STORE": f"redis://127.0.0.1:{free_port()}/0", "MAX_SENT": 100}
    before = sending.dropped()
    install(app)
    try:
        task_id = app.send_task("work.do").id
        wait_until(lambda: sending.dropped() == before + 1)
    finally:
        sending.uninstall()
    assert snapshot(app, store=RedisStore(app.conf.broker_url)).find(task_id)


def test_a_function_for_the_cause_that_fails_costs_the_note_and_not_the_task(app, store, settings):
    def causeless():
        raise LookupError

    settings.QUEUE_INSIGHT = {"MAX_SENT": 100}
    before = sending.dropped()
    install(app, causal_id=causeless)
    try:
        app.send_task("work.do")
    finally:
        sending.uninstall()
    assert sending.dropped() == before + 1


def test_more_than_the_thread_writes_is_dropped_and_counted(app, noting, monkeypatch):
    monkeypatch.setattr(sending, "MAX_BUFFERED", 0)
    app.send_task("work.do")
    assert noting() == 1


def test_a_process_that_was_forked_notes_with_a_thread_of_its_own(app, store, noting):
    noted(store, app.send_task("work.do").id)
    child = os.fork()
    if not child:
        try:
            app.send_task("work.do", task_id="of-the-child")
            sending.uninstall()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert noted(store, "of-the-child").name == "work.do"


def test_the_notes_stop_with_the_hook(app, store, noting):
    app.send_task("work.do")
    sending.uninstall()
    app.send_task("work.do", task_id="later")
    assert load_sent(store, ["later"]) == {}
    assert not [each for each in threading.enumerate() if each.name == "queue_insight.sending"]


def test_a_setting_that_names_no_function_is_refused(settings):
    settings.QUEUE_INSIGHT = {"CAUSAL_ID": "nowhere.cause"}
    with pytest.raises(SettingInvalidError, match=r"'nowhere\.cause', which cannot be imported"):
        sending.note(Celery(set_as_current=False))


@pytest.mark.slow
def test_the_collector_learns_of_what_was_sent_and_of_the_cause_of_what_failed(
    app, store, worker, run_collector, settings
):
    settings.QUEUE_INSIGHT = {"MAX_SENT": 100}
    app.conf.task_send_sent_event = False
    run_collector()
    wait_until(lambda: snapshot(app, store=store).fresh)
    install(app, causal_id=lambda: "cause-17")
    try:
        app.send_task("work.fail", ("x",), queue="slow")
        wait_until(lambda: "slow" in {queue.name for queue in snapshot(app, store=store).queues})
        worker("-E", "-c", "1", "-Q", "slow")
        wait_until(lambda: (found := failures(store=store)) and found[0].causal_id == "cause-17")
    finally:
        sending.uninstall()
