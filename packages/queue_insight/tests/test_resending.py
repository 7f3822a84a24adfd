from __future__ import annotations

import pytest
from celery.app.task import Context

from queue_insight import snapshot
from queue_insight.resending import retry


def test_without_a_result_backend_nothing_is_sent_again(app):
    outcome = retry(app, "t1")
    assert (outcome.is_confirmed, outcome.number) == (False, 0)
    assert "no result backend" in outcome.text


@pytest.fixture
def stored(app, tmp_path):
    """Put the outcome of a task into a result backend, as its worker would."""
    app.conf.result_backend = tmp_path.as_uri()

    def store(state, *, extended=True):
        app.conf.result_extended = extended
        request = Context(task="work.do", args=[7], kwargs={}, delivery_info={"routing_key": "slow"})
        result = ValueError("no") if state == "FAILURE" else None
        app.backend.store_result("t1", result, state, request=request)

    return store


def test_a_failed_task_is_sent_again_with_its_arguments_and_a_new_id(app, stored):
    stored("FAILURE")
    outcome = retry(app, "t1")
    now = snapshot(app)
    (task,) = [task for task in now.queued if task.queue == "slow"]
    assert outcome.text == f"Sent again as {task.id}."
    assert (task.name, task.args_summary) == ("work.do", "[7] {}")


@pytest.mark.parametrize(
    ("state", "why"),
    [("SUCCESS", "it has succeeded"), ("STARTED", "it may still run"), ("RETRY", "it may still run")],
)
def test_a_task_that_may_run_or_has_succeeded_is_not_sent_again(app, stored, state, why):
    stored(state)
    outcome = retry(app, "t1")
    assert not outcome.is_confirmed
    assert why in outcome.text


def test_a_lost_task_is_sent_again_although_it_had_started(app, stored):
    stored("STARTED")
    assert retry(app, "t1", is_lost=True).is_confirmed


def test_without_its_arguments_a_task_is_not_sent_again(app, stored):
    stored("FAILURE", extended=False)
    assert "result_extended" in retry(app, "t1").text
