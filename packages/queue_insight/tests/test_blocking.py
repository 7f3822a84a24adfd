from __future__ import annotations

import pytest
from tests import values

from queue_insight import diagnose
from queue_insight.snapshot import TaskState, WorkerState


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reserved": 8}, "prefetch_blocked"),
        ({"reserved": 8, "delayed": 8}, "workers_idle"),
        ({"reserved": 1}, "workers_idle"),
    ],
)
def test_free_workers_may_be_full_of_tasks_that_wait_for_their_rate_limit(fields, code):
    limited = values.worker(slots=2, rate_limits={"work.do": "2/m"})
    now = values.snapshot(
        queues=(values.queue(depth=50, **fields),), queued=(values.task(position=9),), workers=(limited,)
    )
    _, reason = diagnose("t1", now)
    assert reason.code == code
    if code == "prefetch_blocked":
        assert "keep 8 tasks of queue 'celery' that they have received" in reason.message
        assert "work.do at most 2/m" in reason.message


@pytest.mark.parametrize(
    ("name", "state"),
    [("work.other", WorkerState.ONLINE), ("work.do", WorkerState.LATE)],
)
def test_a_limit_blocks_no_worker_that_keeps_other_tasks_or_is_silent(name, state):
    limited = values.worker(slots=1, rate_limits={"work.do": "2/m"}, state=state)
    kept = values.task(id="kept", name=name, state=TaskState.RESERVED, worker=limited.name, position=None)
    now = values.snapshot(
        queues=(values.queue(depth=1, reserved=1),), queued=(values.task(), kept), workers=(limited,)
    )
    assert "prefetch_blocked" not in {reason.code for reason in diagnose("t1", now)}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "quorum", "delayed": 2}, "prefetch_blocked"),
        ({"kind": "classic", "delayed": 2}, "about_to_start"),
        ({"kind": "", "delayed": 2}, "about_to_start"),
        ({"kind": "quorum", "delayed": 1}, "about_to_start"),
    ],
)
def test_free_workers_of_a_quorum_queue_may_be_full_of_tasks_that_are_not_due(fields, code):
    snapshot = values.snapshot(
        queues=(values.queue(depth=1, **fields),), queued=(values.task(),), workers=(values.worker(slots=2),)
    )
    assert diagnose("t1", snapshot)[0].code == code
