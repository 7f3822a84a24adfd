"""Lets an answer arrive that is given before its request was read whole."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Seconds for which it is read on at most, and without a byte.
_WITHIN_S: Final = 60.0
_IDLE_S: Final = 5.0


class LingeringClose:
    """An ASGI application whose answers arrive, also when the client is still sending.

    A server that closes a connection on which more arrives resets it, and whoever first sends everything, as
    browsers do, then never reads the answer. So the answer is sent, and what still arrives is read and thrown
    away, before the connection is closed.
    """

    def __init__(self, application: ASGIApp, limit_bytes: Callable[[], int]) -> None:
        """Wrap ``application``; ``limit_bytes`` says how much of a request is thrown away at most."""
        self._application = application
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, and read the rest of it before the answer ends."""
        if not _has_body(scope):
            await self._application(scope, receive, send)
            return
        is_read = False

        async def noted_receive() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = not message.get("more_body", False)  # nor has a client that is gone
            return message

        async def lingering_send(message: Message) -> None:
            ends = message["type"] == "http.response.body" and not message.get("more_body", False)
            if ends and not is_read:
                await send({**message, "more_body": True})
                await self._discard(noted_receive)
                message = {"type": "http.response.body"}
            await send(message)

        await self._application(scope, noted_receive, lingering_send)

    async def _discard(self, receive: Receive) -> None:
        left = self._limit_bytes()
        with suppress(TimeoutError):
            async with asyncio.timeout(_WITHIN_S):
                while left > 0:
                    message = await asyncio.wait_for(receive(), _IDLE_S)
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return


def _has_body(scope: Scope) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in scope.get("headers", ())
    )
