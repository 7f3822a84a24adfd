from __future__ import annotations

import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.test import Client

from timelapse.project.asgi import application

PROTOCOL = "graphql-transport-ws"
pytestmark = pytest.mark.django_db(transaction=True)


class Socket:
    """A browser's websocket, without the network."""

    def __init__(self, path="/graphql", *, origin="http://localhost", session=""):
        headers = {"origin": origin, "host": "localhost", "cookie": f"sessionid={session}"}
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "subprotocols": [PROTOCOL],
        }
        self.wire = ApplicationCommunicator(application, scope)

    async def connect(self):
        await self.wire.send_input({"type": "websocket.connect"})
        return await self.wire.receive_output(5)

    async def say(self, **message):
        await self.wire.send_input({"type": "websocket.receive", "text": json.dumps(message)})

    async def hear(self):
        return json.loads((await self.wire.receive_output(10))["text"])

    async def subscribe(self, query):
        assert (await self.connect())["type"] == "websocket.accept"
        await self.say(type="connection_init")
        assert (await self.hear())["type"] == "connection_ack"
        await self.say(id="1", type="subscribe", payload={"query": query})
        return await self.hear()

    async def close(self):
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wire.wait(5)


async def test_who_is_signed_in_gets_a_snapshot_first(user):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    answer = await socket.subscribe("subscription { operationsUpdates { kind seq beatSeconds } }")
    update = answer["payload"]["data"]["operationsUpdates"]
    assert update == {"kind": "SNAPSHOT", "seq": 1, "beatSeconds": 2.5}
    await socket.close()


async def test_a_stranger_gets_an_error_and_no_data():
    socket = Socket()
    answer = await socket.subscribe("subscription { operationsUpdates { seq } }")
    assert "not signed in" in str(answer)
    assert "'seq'" not in str(answer)
    await socket.close()


async def test_a_page_from_elsewhere_can_not_connect():
    assert (await Socket(origin="http://evil.example").connect())["type"] == "websocket.close"


async def test_there_is_no_other_socket():
    assert await Socket("/elsewhere").connect() == {"type": "websocket.close", "code": 4404}
