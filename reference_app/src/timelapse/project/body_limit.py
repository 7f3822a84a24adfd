"""Refuse large request bodies before Django reads them: it stores whole bodies before any view runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """An ASGI application whose requests bring at most so many bytes; larger ones are answered with 413."""

    def __init__(self, application: ASGIApp, limit_bytes: int) -> None:
        self._application = application
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse it by what it announces or by what has arrived."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if _announced(scope) > self._limit:
            await self._refuse(scope, receive, send)
            return
        arrived = 0
        started = False

        async def counted_receive() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            # Django stops here as for a client that is gone, and drops what it has stored.
            return {"type": "http.disconnect"} if arrived > self._limit else message

        async def noted_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        await self._application(scope, counted_receive, noted_send)
        if arrived > self._limit and not started:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = f"This request is larger than {self._limit:,} bytes."
        remedy = "Send less at once; pictures go to /agent/v1."
        answer = JSONResponse({"error": {"code": "too_large", "message": message, "remedy": remedy}}, 413)
        answer.headers["Connection"] = "close"
        await answer(scope, receive, send)


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0
