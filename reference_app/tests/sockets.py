"""A browser's websocket to the app, for tests."""

from __future__ import annotations

import json

from asgiref.testing import ApplicationCommunicator

from timelapse.project.asgi import application

PROTOCOL = "graphql-transport-ws"


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

    async def ask(self, name, query):
        """Send the query under an id that this socket hasn't had; return the first answer to it."""
        await self.say(id=name, type="subscribe", payload={"query": query})
        while (answer := await self.hear()).get("id") != name:
            pass
        return answer

    async def subscribe(self, query, *, language=None, **carried):
        accepted = await self.connect()
        assert accepted["type"] == "websocket.accept"
        self.causal_id = dict(accepted["headers"])[b"x-causal-id"].decode()
        named = {} if language is None else {"payload": {"language": language}}
        await self.say(type="connection_init", **named)
        assert (await self.hear())["type"] == "connection_ack"
        await self.say(id="1", type="subscribe", payload={"query": query, "extensions": carried})
        return await self.hear()

    async def closed(self):
        while (received := await self.wire.receive_output(10))["type"] != "websocket.close":
            pass
        return received

    async def close(self):
        await self.wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wire.wait(5)
