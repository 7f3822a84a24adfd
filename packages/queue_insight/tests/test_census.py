from __future__ import annotations

import time

from queue_insight import census


def test_nobody_answers_when_nobody_is_there(app):
    taken = census.take(app, workers=0, clock=lambda: 5.0, timeout_s=0.05)
    assert (taken.asked_at, taken.answers) == (5.0, {})


def test_a_worker_tells_its_queues_its_slots_and_what_it_runs(app, worker, until, tmp_path):
    worker("-c", "2", "-Q", "celery,slow")
    task = app.send_task("work.wait_for", (str(tmp_path / "never"),), queue="slow")

    def asked():
        taken = census.take(app, workers=1, clock=time.time)
        answer = taken.answers.get("one@test")
        return answer if answer and answer.running else None

    answer = until(asked)
    assert (set(answer.queues), answer.slots) == ({"celery", "slow"}, 2)
    (running,) = answer.running
    assert (running.id, running.name, running.queue) == (task.id, "work.wait_for", "slow")
    assert running.started_at <= time.time()
