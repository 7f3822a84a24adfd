from __future__ import annotations

import pytest
import strawberry
from strawberry.channels import GraphQLWSConsumer
from tests.sockets import Socket

from eliot_progress import causal_id
from eliot_progress.adapters.asgi import CausalASGI, same_origin
from eliot_progress.adapters.graphql import CausalExtension
from eliot_progress.adapters.graphql_ws import CausalWebSocketHandler
from eliot_progress.ids import action_id

CLICK = "0af7651916cd43dd8448eb211c80319c"
CARRIED = {"traceparent": f"00-{CLICK}-b7ad6b7169203331-01"}
OUR_PAGE = [(b"origin", b"http://here"), (b"host", b"here")]
ANOTHER = [(b"origin", b"http://elsewhere"), (b"host", b"here")]


@strawberry.type
class Query:
    @strawberry.field
    def where(self) -> str:
        return causal_id()


class Consumer(GraphQLWSConsumer):
    graphql_transport_ws_handler_class = CausalWebSocketHandler


schema = strawberry.Schema(Query, extensions=[CausalExtension])
consumer = Consumer.as_asgi(schema=schema, allowed_origins=["http://elsewhere"])
app = CausalASGI(consumer, adopt=same_origin)


async def asked(headers, *carried):
    """The causal ids of operations over one websocket, each with what it carries."""
    socket = Socket(app, "/graphql", subprotocols=["graphql-transport-ws"], headers=headers)
    await socket.connect()
    await socket.say_json({"type": "connection_init"})
    await socket.hear_json()
    answers = []
    for extensions in carried:
        payload = {"query": "{ where }", "extensions": extensions}
        await socket.say_json({"id": "1", "type": "subscribe", "payload": payload})
        answers.append((await socket.hear_json())["payload"]["data"]["where"])
        assert (await socket.hear_json())["type"] == "complete"
    await socket.disconnect()
    return answers


async def test_an_operation_goes_on_below_the_click_that_our_page_names(log):
    twice = await asked(OUR_PAGE, CARRIED, CARRIED)
    assert twice == [CLICK, CLICK]
    (connection,) = {m["task_uuid"] for m in log if m.get("action_type") == "websocket:connection"}
    begun = [
        m for m in log if m.get("action_type") == "graphql:operation" and m["action_status"] == "started"
    ]
    assert {m["cause"] for m in begun} == {action_id(connection, ())}
    assert len({tuple(m["task_level"]) for m in begun}) == 2  # never the same id twice


@pytest.mark.parametrize("carried", [None, {}, [], "text", {"traceparent": 7}, {"traceparent": "00-zz-1-01"}])
async def test_without_a_click_that_can_be_read_it_is_a_task_of_its_own(carried):
    (answer, other) = await asked(OUR_PAGE, carried, None)
    assert len({answer, other, CLICK}) == 3


async def test_what_one_operation_carries_is_no_other_s():
    first, second = await asked(OUR_PAGE, CARRIED, None)
    assert (first == CLICK, second == CLICK) == (True, False)


@pytest.mark.parametrize("headers", [ANOTHER, []])
async def test_a_third_partys_click_is_not_adopted(headers):
    assert await asked(headers, CARRIED) != [CLICK]
