from __future__ import annotations

from dataclasses import replace

import strawberry
from tests import values

from queue_insight import WorkerState
from queue_insight.adapters.graphql import Queue, QueuedTask, from_snapshot, task_failures

SDL = """
type Queue {
  id: ID!
  name: String!
  depth: Int
  running: Int!
  oldestWaitSeconds: Float
  drain: QueueDrain!
}
type QueueDrain {
  state: String!
  lowSeconds: Float
  medianSeconds: Float
  highSeconds: Float
  inPerSecond: Float
  outPerSecond: Float
  why: String!
}
type QueuedTask {
  id: ID!
  name: String!
  queue: String!
  worker: String
  startedAt: DateTime
  state: String!
}
"""


def test_a_snapshot_is_answered_with_null_for_what_is_not_known():
    gone = replace(values.worker(name="two@test"), state=WorkerState.GONE)
    snapshot = values.snapshot(
        running=(values.running(),), queued=(values.task(),), workers=(values.worker(), gone)
    )

    @strawberry.type
    class Query:
        @strawberry.field
        def queues(self) -> list[Queue]:
            return from_snapshot(snapshot).queues

        @strawberry.field
        def tasks(self) -> list[QueuedTask]:
            return from_snapshot(snapshot).tasks

    schema = strawberry.Schema(Query)
    reply = schema.execute_sync(
        "{ queues { name depth running oldestWaitSeconds drain { state medianSeconds } }"
        " tasks { id name queue worker startedAt state } }"
    )
    assert reply.errors is None
    assert reply.data == {
        "queues": [
            {
                "name": "celery",
                "depth": 1,
                "running": 0,
                "oldestWaitSeconds": None,
                "drain": {"state": "not_known", "medianSeconds": None},
            }
        ],
        "tasks": [
            {
                "id": "r1",
                "name": "work.do",
                "queue": "celery",
                "worker": "one@test",
                "startedAt": "2026-11-23T11:59:51+00:00",
                "state": "running",
            },
            {
                "id": "t1",
                "name": "work.do",
                "queue": "celery",
                "worker": None,
                "startedAt": None,
                "state": "queued",
            },
        ],
    }
    (worker,) = from_snapshot(snapshot).workers
    assert (worker.id, worker.name, worker.state) == ("Worker:one@test", "one@test", "online")
    described = "\n".join(
        line for line in str(schema).splitlines() if line.strip() and not line.startswith('"""')
    )
    for block in SDL.strip().split("}\n"):
        assert block.strip().rstrip("}").strip() in described


def test_tasks_that_were_counted_but_not_read_are_more():
    full = replace(values.queue(), depth=1000)
    snapshot = values.snapshot(queued=(values.task(),), queues=(full,))
    assert from_snapshot(snapshot).more == 999


def test_tasks_of_workers_that_were_not_read_are_more():
    snapshot = values.snapshot(
        queues=(values.queue(depth=0),),
        workers=(values.worker(running=40, reserved=2),),
        running=(values.running(),),
        asked_tasks=frozenset({"r1"}),
    )
    assert from_snapshot(snapshot).more == 41


def test_each_entry_has_an_id_of_its_own():
    snapshot = values.snapshot(
        running=(values.running(),), queued=(values.task(),), workers=(values.worker(),)
    )
    shown = from_snapshot(snapshot)
    ids = [each.id for each in (*shown.queues, *shown.tasks, *shown.workers)]
    assert len(set(ids)) == len(ids) == 4


def test_a_group_of_failures_has_null_for_what_is_not_known():
    group = task_failures(values.failure(exception="", count=3))
    assert (group.id, group.count, group.exception, group.causal_id) == ("TaskFailures:g1", 3, None, None)
    assert group.place == "shop/orders/tasks.py:17 in charge"
    assert group.task_name == "shop.pay"
