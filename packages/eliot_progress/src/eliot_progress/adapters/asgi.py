"""Raw ASGI applications beside Django: one action for each request or connection.

What a client says over a websocket is no part of the connection's action, which may last for days: it is a
task of its own, or goes on below the click that the client names. Its `cause` names the connection.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from eliot_progress import context, ids, sanitise

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = b"x-causal-id"


@dataclass(frozen=True, slots=True)
class _Connection:
    """The websocket that this code serves."""

    action: context.Action
    #: Whether a `traceparent` that comes over it is adopted.
    believed: bool


_connection: ContextVar[_Connection | None] = ContextVar("eliot_progress_connection", default=None)


def same_origin(scope: Scope) -> bool:
    """Whether the browser says that our own page asks: for `adopt`. Others than browsers may say so too."""
    headers = _text_headers(scope)
    if scope["type"] == "http":
        return headers.get("sec-fetch-site") == "same-origin"
    # A websocket's handshake always names its page's origin.
    origin = headers.get("origin", "").partition("://")[2]
    return origin != "" and origin == headers.get("host")


class CausalASGI:
    """Wraps an ASGI application: `CausalASGI(app)`.

    `adopt` decides from the scope whether its `traceparent` is believed, and those that come over a
    websocket; by default none is. `same_origin` believes our own page.
    """

    def __init__(self, app: Application, *, adopt: Callable[[Scope], bool] = lambda _: False) -> None:
        self._app = app
        self._adopt = adopt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        believed = self._adopt(scope)
        with _begin(scope, believed) as action:
            _connection.set(_Connection(action, believed) if scope["type"] == "websocket" else None)
            await self._app(scope, receive, _with_header(send, ids.causal_id(action.task_uuid).encode()))


def _begin(scope: Scope, believed: bool) -> context.Action:
    kind = "http:request" if scope["type"] == "http" else "websocket:connection"
    fields = {"method": sanitise.text(scope.get("method", "")), "path": sanitise.text(scope.get("path", ""))}
    origin = context.extract(_text_headers(scope)) if believed else None
    return context.continue_from(origin, kind, **fields)


def start_inbound(
    action_type: str, carried: Mapping[str, object] | None = None, **fields: object
) -> context.Action:
    """Start an action for what a client asks. The caller finishes it.

    Asked over a websocket, it is a task with a causal id of its own, or goes on where the `traceparent` in
    `carried` says, if the connection is believed; elsewhere it is below the current action.
    """
    here, connection = context.current(), _connection.get()
    if here is None or connection is None or here is not connection.action:
        return context.start(action_type, **fields)
    origin = context.extract(carried) if carried and connection.believed else None
    if origin is not None:
        return origin.start_child(action_type, cause=here.id, **fields)
    return context.start_task(action_type, cause=here.id, **fields)


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
