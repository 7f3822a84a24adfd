"""Reads a request's body in pieces, with a timeout, so that it is never whole in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from camera_agent.protocol.messages import MESSAGE_BYTES
from timelapse.ingest.domain import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request


class ClientGone(Exception):  # noqa: N818 - nothing went wrong here
    """The client disconnected or sent nothing for too long; there is nobody to answer."""


class Body:
    """The rest of a request's body."""

    def __init__(self, request: Request, idle_s: float) -> None:
        self._request = request
        self._idle_s = idle_s
        self._finished = False
        #: Whether the client waits for an interim answer before it sends the body (Expect: 100-continue).
        self.awaits_continue = request.headers.get("expect", "").lower() == "100-continue"

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the pieces as they arrive.

        Raises:
            ClientGone: the client disconnected, or nothing arrived for too long.
        """
        self.awaits_continue = False  # receiving sends it
        while not self._finished:
            try:
                message = await asyncio.wait_for(self._request.receive(), self._idle_s)
            except TimeoutError:
                self._finished = True
                raise ClientGone from None
            if message["type"] == "http.disconnect":
                self._finished = True
                raise ClientGone
            self._finished = not message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def discard(self, at_most: int) -> bool:
        """Read and drop the rest, so that a client which reads only after sending gets its answer.

        Returns:
            Whether the body ended within so many bytes.
        """
        passed = 0
        async for piece in self.pieces():
            passed += len(piece)
            if passed > at_most:
                return False
        return True

    async def message(self, at_most: int = MESSAGE_BYTES) -> bytes:
        """Return a short body as a whole.

        Raises:
            Refusal: 413, if it is longer than ``at_most`` bytes.
        """
        whole = bytearray()
        async for piece in self.pieces():
            whole += piece
            if len(whole) > at_most:
                raise Refusal(
                    413,
                    "message_too_long",
                    f"This message may have {at_most} bytes at most.",
                    "Send a shorter one.",
                )
        return bytes(whole)
