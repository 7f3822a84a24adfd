"""Raw ASGI applications beside Django: one action for each request or connection.

What a client says over a websocket is no part of the connection's action, which may last for days: it is a
task of its own, whose `cause` names the connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context, ContextVar
from typing import Any

from eliot_progress import clean, context, ids

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = b"x-causal-id"

#: The action of the websocket that this code serves.
_connection: ContextVar[context.Action | None] = ContextVar("eliot_progress_connection", default=None)


class CausalASGI:
    """Wraps an ASGI application: `CausalASGI(app)`.

    `adopt` decides from the scope whether its `traceparent` is believed; by default none is.
    """

    def __init__(self, app: Application, *, adopt: Callable[[Scope], bool] = lambda _: False) -> None:
        self._app = app
        self._adopt = adopt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        with self._begin(scope) as action:
            _connection.set(action if scope["type"] == "websocket" else None)
            await self._app(scope, receive, _with_header(send, ids.causal(action.task_uuid).encode()))

    def _begin(self, scope: Scope) -> context.Action:
        kind = "http:request" if scope["type"] == "http" else "websocket:connection"
        fields = {"method": clean.text(scope.get("method", "")), "path": clean.text(scope.get("path", ""))}
        origin = context.extract(_text_headers(scope)) if self._adopt(scope) else None
        return context.start(kind, **fields) if origin is None else origin.attempt(kind, **fields)


def start_inbound(action_type: str, **fields: object) -> context.Action:
    """Start an action for what a client asks. The caller finishes it.

    Asked over a websocket, it is a task with a causal id of its own; elsewhere it is below the current
    action.
    """
    here = context.current()
    if here is None or here is not _connection.get():
        return context.start(action_type, **fields)
    return Context().run(context.start, action_type, cause=here.id, **fields)  # with nothing above it


def _text_headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())
    }


def _with_header(send: Send, causal_id: bytes) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            message = {**message, "headers": [*message.get("headers", ()), (HEADER, causal_id)]}
        await send(message)

    return answer
