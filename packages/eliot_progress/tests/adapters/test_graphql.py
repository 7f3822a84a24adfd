from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator  # noqa: TC003 - strawberry reads the annotation

import pytest
import strawberry
from strawberry.channels import GraphQLWSConsumer
from tests.sockets import Socket

from eliot_progress import causal_id, context, log_message
from eliot_progress.adapters.asgi import CausalASGI
from eliot_progress.adapters.graphql import CausalExtension, Liveness, Progress, from_state
from eliot_progress.ids import action_id
from eliot_progress.ids import causal_id as causal_id_of
from eliot_progress.testing.samples import task_state


@strawberry.type
class Query:
    @strawberry.field
    def running(self) -> Progress:
        return from_state(task_state(3, total=9, done=1.5, eta_s=(1.0, 2.0), rate=0.5), 100.5)

    @strawberry.field
    def ended(self) -> Progress:
        return from_state(task_state(4, outcome="failed", reason="gone"), 1e9)

    @strawberry.field
    def where(self) -> str:
        log_message("sync")
        return causal_id()

    @strawberry.field
    async def later(self) -> str:
        await asyncio.sleep(0)
        log_message("async")
        return causal_id()

    @strawberry.field
    def bad(self) -> str | None:
        raise LookupError("no camera")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def frames(self, fail: bool = False) -> AsyncGenerator[str, None]:
        try:
            for _ in range(2):
                log_message("frame")
                yield causal_id()
            if fail:
                raise LookupError("no camera")
        finally:
            log_message("closed")


SCHEMA = strawberry.Schema(Query, subscription=Subscription, extensions=[CausalExtension])


def test_the_type_is_the_one_that_the_ui_draws():
    text = SCHEMA.as_str()
    for line in (
        "causalId: String!",
        "done: Float!",
        "total: Float\n",
        "note: String\n",
        "etaLowSeconds: Float\n",
        "liveness: Liveness!",
        "startedAt: DateTime!",
        "nextBy: DateTime\n",
        "graceSeconds: Float!",
        "seq: Int!",
        "outcome: String\n",
        "by: String\n",
    ):
        assert line in text, line


def test_running_and_ended_work_are_converted():
    fields = "{ id done total etaLowSeconds etaHighSeconds liveness nextBy outcome reason note by startedAt }"
    answer = SCHEMA.execute_sync(f"{{ running {fields} ended {fields} }}")
    assert answer.errors is None
    running, ended = answer.data["running"], answer.data["ended"]
    assert (running["done"], running["total"], running["etaHighSeconds"]) == (1.5, 9, 2)
    assert (running["liveness"], running["nextBy"]) == ("ALIVE", "1970-01-01T00:01:41+00:00")
    assert (running["note"], running["by"], running["outcome"]) == (None, None, None)
    assert (ended["liveness"], ended["nextBy"], ended["reason"]) == ("FINISHED", None, "gone")


def test_work_without_any_report_is_unknown():
    assert Liveness.UNKNOWN.value == "unknown"


def operations(log):
    """The start and the end of each operation."""
    mine = [m for m in log if m.get("action_type") == "graphql:operation"]
    return list(zip(mine[::2], mine[1::2], strict=True))


def said(log, message_type):
    return [m for m in log if m.get("message_type") == message_type]


async def test_sync_and_async_resolvers_run_inside_the_action_of_their_operation(log):
    with context.start("request") as request:
        answer = await SCHEMA.execute("query Both { where later }", operation_name="Both")
        assert context.current() is request
    assert set(answer.data.values()) == {causal_id_of(request.task_uuid)}
    ((start, end),) = operations(log)
    assert (start["operation"], end["action_status"]) == ("Both", "succeeded")
    for message in said(log, "sync") + said(log, "async"):
        assert message["task_level"][:-1] == start["task_level"][:-1]


def test_an_operation_without_a_loop_runs_inside_an_action_too(log):
    answer = SCHEMA.execute_sync("{ where }")
    ((start, _),) = operations(log)
    assert answer.data["where"] == causal_id_of(start["task_uuid"])
    assert context.current() is None


@pytest.mark.parametrize(
    ("query", "reason"),
    [("{ bad }", "no camera"), ("{ none }", "Cannot query field 'none' on type 'Query'.")],
)
async def test_an_operation_fails_with_the_first_error_of_its_answer(query, reason, log):
    await SCHEMA.execute(query)
    SCHEMA.execute_sync(query)
    ends = [end for _, end in operations(log)]
    assert [end["action_status"] for end in ends] == ["failed", "failed"]
    assert all(end["reason"].startswith(reason) for end in ends)


async def test_a_subscription_runs_inside_its_action_and_who_listens_outside(log):
    answers = []
    with context.start("listener") as listener:
        first, second = [await SCHEMA.subscribe("subscription { frames }") for _ in range(2)]
        async for answer in first:
            assert context.current() is listener
            answers.append(answer.data["frames"])
            assert (await anext(second)).errors is None
            assert context.current() is listener
        await second.aclose()
    mine = [m for m in log if m.get("action_type") == "graphql:operation"]
    starts = [tuple(m["task_level"][:-1]) for m in mine if m["action_status"] == "started"]
    assert answers == [causal_id_of(listener.task_uuid)] * 2
    frames = [tuple(m["task_level"][:-1]) for m in said(log, "frame")]
    assert frames == starts * 2
    assert {tuple(m["task_level"][:-1]) for m in said(log, "closed")} == set(starts)
    assert sorted(m.get("completed", True) for m in mine if m["action_status"] != "started") == [False, True]


async def test_a_subscription_that_fails_is_logged_as_failed(log):
    stream = await SCHEMA.subscribe("subscription { frames(fail: true) }")
    *_, last = [answer async for answer in stream]
    assert last.errors[0].message == "no camera"
    ((_, end),) = operations(log)
    assert (end["action_status"], end["reason"]) == ("failed", "no camera")


async def test_a_listener_may_leave_from_another_task(log):
    stream = await SCHEMA.subscribe("subscription { frames }")
    await anext(stream)
    await asyncio.create_task(stream.aclose())
    ((_, end),) = operations(log)
    assert (end["action_status"], end["completed"]) == ("succeeded", False)


async def test_over_a_websocket_each_operation_is_a_task_that_names_its_connection(log):
    app = CausalASGI(GraphQLWSConsumer.as_asgi(schema=SCHEMA))
    socket = Socket(app, "/graphql", subprotocols=["graphql-transport-ws"])
    await socket.connect()
    await socket.say_json({"type": "connection_init"})
    await socket.hear_json()
    answers = []
    for query in ("{ later }", "subscription { frames }"):
        await socket.say_json({"id": "1", "type": "subscribe", "payload": {"query": query}})
        while (message := await socket.hear_json())["type"] == "next":
            answers += message["payload"]["data"].values()
    await socket.disconnect()
    connection = next(m for m in log if m.get("action_type") == "websocket:connection")
    starts = [start for start, _ in operations(log)]
    query, subscription = (causal_id_of(start["task_uuid"]) for start in starts)
    assert answers == [query, subscription, subscription]
    assert len({query, subscription, causal_id_of(connection["task_uuid"])}) == 3
    assert {start["cause"] for start in starts} == {action_id(connection["task_uuid"], ())}
