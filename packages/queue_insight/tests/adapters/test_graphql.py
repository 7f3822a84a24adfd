from __future__ import annotations

import re
from dataclasses import replace

import strawberry
from tests import values

from queue_insight import Reason, WorkerState
from queue_insight.adapters.graphql import Freshness, Queue, QueuedTask, from_snapshot, task_failures

NOT_KNOWN = Freshness(as_of=None, age_seconds=None, is_current=False)
SDL = """
type Queue {
  id: ID!
  name: String!
  depth: Int
  running: Int!
  oldestWaitSeconds: Float
  freshness: Freshness!
  workersFreshness: Freshness!
  drain: QueueDrain!
}
type Freshness {
  asOf: DateTime
  ageSeconds: Float
  isCurrent: Boolean!
  unreadSince: DateTime
  words: String!
  why: String!
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
  sentAt: DateTime
  startedAt: DateTime
  eta: DateTime
  position: Int
  state: String!
  freshness: Freshness!
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
    described = re.sub(r'^ *"""(?:.*?)"""\n|^\s*\n', "", str(schema), flags=re.DOTALL | re.MULTILINE)
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
    group = task_failures(values.failure(exception="", count=3), NOT_KNOWN)
    assert (group.id, group.count, group.exception, group.causal_id) == ("TaskFailures:g1", 3, None, None)
    assert group.place == "shop/orders/tasks.py:17 in charge"
    assert group.task_name == "shop.pay"


def test_each_entry_says_how_old_it_is():
    found = from_snapshot(
        values.snapshot(
            running=(values.running(),), queued=(values.task(),), collected_age_s=9.0, fresh=False
        )
    )
    running, waiting = found.tasks
    assert (waiting.freshness.age_seconds, waiting.freshness.is_current) == (0.0, True)
    for each in (running.freshness, found.workers[0].freshness, found.queues[0].workers_freshness):
        assert (each.as_of, each.age_seconds, each.is_current) == (values.NOW, 9.0, False)
    assert (
        running.freshness.words == "Workers and running tasks as of 2026-11-23T12:00:00+00:00, not current."
    )
    unread = from_snapshot(values.snapshot(broker_read=False)).queues[0].freshness
    assert (unread.as_of, unread.is_current, unread.words) == (None, False, "The broker could not be read.")


def test_figures_that_are_not_current_say_why_and_what_to_do():
    silent = Reason(code="collector_silent", message="It is silent.", remedy="Start it.")
    found = from_snapshot(values.snapshot(fresh=False, notes=(silent,)))
    assert (found.of_broker.why, found.of_collector.why) == ("", "It is silent. Start it.")


def test_workers_that_nobody_hears_of_are_listed_and_not_known_to_live():
    worker = replace(values.worker(), state=WorkerState.UNKNOWN)
    found = from_snapshot(values.snapshot(fresh=False, workers=(worker,)))
    assert [(each.id, each.state) for each in found.workers] == [("Worker:one@test", "unknown")]
