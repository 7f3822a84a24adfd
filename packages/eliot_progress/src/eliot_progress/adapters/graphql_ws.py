"""Strawberry over websockets: passes an operation's `extensions` to its action."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from strawberry.http.typevars import Context, RootValue
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strawberry.subscriptions.protocols.graphql_transport_ws.types import SubscribeMessage

#: The extensions of the current operation.
_extensions: ContextVar[Mapping[str, object] | None] = ContextVar("eliot_progress_extensions", default=None)


def operation_extensions() -> Mapping[str, object] | None:
    """Return the `extensions` of the current operation, if it arrived through a CausalWebSocketHandler."""
    return _extensions.get()


class CausalWebSocketHandler(BaseGraphQLTransportWSHandler[Context, RootValue]):
    """Lets `CausalExtension` continue below the click that the page names in an operation's `extensions`.

    ``class Consumer(GraphQLWSConsumer): graphql_transport_ws_handler_class = CausalWebSocketHandler``,
    behind a `CausalASGI` that trusts the connection; the page sends ``extensions: {"traceparent": ...}``.
    """

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Execute an operation. Its task starts with a copy of this context."""
        extensions: object = message["payload"].get("extensions")  # a client may send anything
        token = _extensions.set(extensions if isinstance(extensions, dict) else None)
        try:
            await super().handle_subscribe(message)
        finally:
            _extensions.reset(token)
