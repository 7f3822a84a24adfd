"""Raw ASGI applications beside Django: one action for each request or connection.

A connection's action may last for days, so a client's message over a websocket is not part of it: the message
is a task of its own, or continues below the click that the client names. Its `cause` names the connection.
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
    """The websocket connection that this code serves."""

    action: context.Action
    #: Whether a `traceparent` that arrives over it is adopted.
    trusted: bool


_connection: ContextVar[_Connection | None] = ContextVar("eliot_progress_connection", default=None)


def same_origin(scope: Scope) -> bool:
    """Whether the browser states that our own page sent the request: for `adopt`.

    Clients other than browsers can state it too.
    """
    headers = _text_headers(scope)
    if scope["type"] == "http":
        return headers.get("sec-fetch-site") == "same-origin"
    # A websocket's handshake always carries the origin of its page.
    origin = headers.get("origin", "").partition("://")[2]
    return origin != "" and origin == headers.get("host")


class CausalASGI:
    """Wraps an ASGI application: `CausalASGI(app)`.

    `adopt(scope)` decides whether the connection's `traceparent` is trusted, and those sent over its
    websocket; by default none is. `same_origin` trusts our own page.
    """

    def __init__(self, app: Application, *, adopt: Callable[[Scope], bool] = lambda _: False) -> None:
        self._app = app
        self._adopt = adopt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        trusted = self._adopt(scope)
        with _begin(scope, trusted) as action:
            _connection.set(_Connection(action, trusted) if scope["type"] == "websocket" else None)
            await self._app(scope, receive, _with_header(send, ids.causal_id(action.task_uuid).encode()))


def _begin(scope: Scope, trusted: bool) -> context.Action:
    kind = "http:request" if scope["type"] == "http" else "websocket:connection"
    fields = {"method": sanitise.text(scope.get("method", "")), "path": sanitise.text(scope.get("path", ""))}
    origin = context.extract(_text_headers(scope)) if trusted else None
    return context.continue_from(origin, kind, **fields)


def start_inbound(
    action_type: str, carrier: Mapping[str, object] | None = None, **fields: object
) -> context.Action:
    """Start an action for a client's request. The caller finishes it.

    For a request over a websocket, it is a task with its own causal id, or it continues from the
    `traceparent` in `carrier` if the connection is trusted. Elsewhere it is a child of the current action.
    """
    current, connection = context.current(), _connection.get()
    if current is None or connection is None or current is not connection.action:
        return context.start(action_type, **fields)
    origin = context.extract(carrier) if carrier and connection.trusted else None
    if origin is not None:
        return origin.start_child(action_type, cause=current.id, **fields)
    return context.start_task(action_type, cause=current.id, **fields)


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
