from __future__ import annotations

from datetime import timedelta

from tests import values
from tests.values import NOW

from queue_insight import WorkerState
from queue_insight.errors import BrokerUnreachableError, StoreUnreachableError
from queue_insight.last_known import LastKnown
from queue_insight.notes import broker_unavailable, store_unavailable

NO_BROKER = broker_unavailable(BrokerUnreachableError("redis://there", TimeoutError("timed out")))
NO_STORE = store_unavailable(StoreUnreachableError("there", TimeoutError("timed out")))


def after(seconds, **fields):
    return values.snapshot(at=NOW + timedelta(seconds=seconds), **fields)


def without_broker(seconds, **fields):
    unread = {"queues": (values.queue(depth=None),), "broker_read": False, "notes": (NO_BROKER,)}
    return after(seconds, **{**unread, **fields})


def without_store(seconds, **fields):
    unread = {
        "queues": (values.queue(depth=3, running=0, workers=None),),
        "workers": (),
        "collected_at": None,
        "fresh": False,
        "notes": (NO_STORE,),
    }
    return after(seconds, **{**unread, **fields})


def test_queues_and_waiting_tasks_stay_while_the_broker_can_not_be_read():
    known = LastKnown()
    known.complete(after(0, queues=(values.queue(depth=7, oldest_wait_s=9.0),), queued=(values.task(),)))
    known.complete(without_broker(2))
    found = known.complete(without_broker(5, queues=(values.queue(depth=None, running=2),)))
    (queue,) = found.queues
    assert (queue.depth, queue.oldest_wait_s, queue.running) == (7, 9.0, 2)
    assert [task.id for task in found.queued] == ["t1"]
    of_broker = found.of_broker
    assert (of_broker.as_of, of_broker.age_s, of_broker.is_current) == (NOW, 5.0, False)
    assert of_broker.unread_since == NOW + timedelta(seconds=2)
    assert of_broker.why == NO_BROKER
    assert found.of_collector.is_current


def test_no_estimate_is_made_from_what_was_read_before():
    known = LastKnown()
    assert known.complete(after(0)).queues[0].estimate is not None
    assert known.complete(without_broker(2)).queues[0].estimate is None


def test_a_queue_that_only_the_broker_named_stays():
    known = LastKnown()
    known.complete(after(0, queues=(values.queue(), values.queue(name="found", depth=2))))
    found = known.complete(without_broker(2))
    assert {queue.name: queue.depth for queue in found.queues} == {"celery": 1, "found": 2}


def test_a_kept_task_that_runs_by_now_waits_no_more():
    known = LastKnown()
    known.complete(after(0, queued=(values.task(id="r1"), values.task(id="t2"))))
    found = known.complete(without_broker(2, running=(values.running(id="r1"),)))
    assert [task.id for task in found.tasks()] == ["r1", "t2"]


def test_workers_and_their_tasks_stay_while_the_state_can_not_be_read():
    known = LastKnown()
    known.complete(
        after(0, queues=(values.queue(running=1),), running=(values.running(),), collected_age_s=1.0)
    )
    found = known.complete(without_store(3))
    assert (found.queues[0].depth, found.queues[0].running) == (3, 1)
    assert [task.id for task in found.running] == ["r1"]
    # Whether it still sends heartbeats, nobody knows.
    assert [worker.state for worker in found.workers] == [WorkerState.UNKNOWN]
    of_collector = known.complete(without_store(4)).of_collector
    assert (of_collector.as_of, of_collector.age_s, of_collector.is_current) == (NOW, 5.0, False)
    assert (of_collector.unread_since, of_collector.why) == (NOW + timedelta(seconds=3), NO_STORE)


def test_a_state_that_is_not_there_is_not_kept():
    known = LastKnown()
    known.complete(after(0))
    assert known.complete(after(9, workers=(), collected_at=None, fresh=False)).workers == ()


def test_what_was_never_read_is_not_known_and_says_since_when():
    known = LastKnown()
    known.complete(without_broker(1))
    found = known.complete(without_broker(2))
    assert (found.queues[0].depth, found.of_broker.as_of) == (None, None)
    assert found.of_broker.unread_since == NOW + timedelta(seconds=1)


def test_what_can_be_read_again_is_current_and_nothing_of_before():
    known = LastKnown()
    known.complete(after(0, queued=(values.task(),)))
    known.complete(without_broker(2))
    found = known.complete(after(4, queues=(values.queue(depth=0),)))
    assert (found.queues[0].depth, found.queued, found.of_broker.unread_since) == (0, (), None)
    assert known.complete(without_broker(6)).of_broker.unread_since == NOW + timedelta(seconds=6)
