"""A client's end of a websocket that an ASGI application serves in this process."""

from __future__ import annotations

import json

from asgiref.testing import ApplicationCommunicator


class Socket(ApplicationCommunicator):
    """As channels.testing's communicator, which can't be imported without Daphne."""

    def __init__(self, app, path, subprotocols=(), headers=()):
        scope = {"type": "websocket", "path": path, "headers": [*headers], "query_string": b""}
        super().__init__(app, {**scope, "subprotocols": [*subprotocols]})

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(20))["type"] == "websocket.accept"

    async def say(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self):
        return (await self.receive_output(20))["text"]

    async def say_json(self, value):
        await self.say(json.dumps(value))

    async def hear_json(self):
        return json.loads(await self.hear())

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(20)
