"""GraphQL over websockets: subscriptions by the graphql-transport-ws protocol."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from channels.auth import get_user
from django.conf import settings
from django.utils import translation
from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from eliot_progress.adapters.graphql_ws import CausalWebSocketHandler
from timelapse.accounts import sessions
from timelapse.accounts.changes import group_of
from timelapse.project.languages import language_in
from timelapse.project.schema import schema
from timelapse.shared.access import load_permissions
from timelapse.shared.live import watch

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from asgiref.typing import WebSocketReceiveEvent
    from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message

#: Seconds between two checks whether the session that opened a socket is still valid.
SESSION_CHECK_S = 30.0
#: The close code "forbidden": clients reconnect, and learn that they are signed out.
FORBIDDEN = 4403
#: The close code of a socket whose messages could not be handled.
FAILED = 1011
#: The close code of a socket that sends a message above the limit of HTTP requests.
TOO_BIG = 1009
#: The close code of a socket that begins more operations, or sends faster, than a page does.
TOO_MANY = 4429
#: Operations of a socket at once, and messages that may wait to be handled.
MAX_OPERATIONS = 100
MAX_WAITING = 500
#: WebSocket's limit of a close reason.
_REASON_BYTES = 123

_log = logging.getLogger(__name__)


class Handler(CausalWebSocketHandler[dict[str, object], None]):
    """Closes a socket that sends something else than the protocol's messages, instead of going silent."""

    async def handle_message(self, message: Message) -> None:
        """Handle a message, or close with 4400 or `TOO_MANY`."""
        if not _is_well_formed(message):
            await self.handle_invalid_message("This is no message of graphql-transport-ws.")
        elif message["type"] == "connection_init":
            # For all operations: each is a task that begins with a copy of this context.
            translation.activate(language_in(message.get("payload")))
            await super().handle_message(message)
        elif message["type"] == "subscribe" and len(self.operations) >= MAX_OPERATIONS:
            await self.websocket.close(TOO_MANY, f"{MAX_OPERATIONS} operations at once are the most.")
        else:
            await super().handle_message(message)


def _is_well_formed(message: object) -> bool:
    if not isinstance(message, dict):
        return False
    kind, payload = message.get("type"), message.get("payload")
    if kind in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    if kind == "subscribe":
        return (
            isinstance(payload, dict)
            and isinstance(payload.get("query"), str)
            and isinstance(payload.get("variables"), dict | None)
            and isinstance(payload.get("operationName"), str | None)
        )
    return isinstance(kind, str) and isinstance(payload, dict | None)


class Consumer(GraphQLWSConsumer[dict[str, object], None]):
    """Runs operations below the click that the page names.

    A socket may stay open for days. It is closed when its session ends, at once if the user was signed out,
    deactivated or changed the password here, else with the next check: the session expired, for example.
    """

    graphql_transport_ws_handler_class = Handler
    _closed = False

    async def websocket_receive(self, message: WebSocketReceiveEvent) -> None:
        """Take a message, or close: one that is too big is not even parsed."""
        size = len(message.get("text") or "") or len(message.get("bytes") or b"")
        if self._closed:
            return
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = f"A message may have {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} characters."
            await self.close(TOO_BIG, limit)
        elif self.message_queue.qsize() >= MAX_WAITING:
            await self.close(TOO_MANY, f"{MAX_WAITING} messages at once are the most.")
        else:
            await super().websocket_receive(message)

    async def send(  # type: ignore[override] # as channels itself does
        self, text_data: str | None = None, bytes_data: bytes | None = None, close: bool = False
    ) -> None:
        """Send a message, unless the socket is closed: an operation may still run for a moment."""
        if not self._closed:
            await super().send(text_data, bytes_data, close)

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the socket once, with a reason that fits into a frame."""
        if not self._closed:
            self._closed = True
            fitting = (reason or "").encode(errors="replace")[:_REASON_BYTES].decode(errors="ignore")
            await super().close(code, fitting)

    async def connect(self) -> None:
        """Accept the socket, and start checking its session."""
        await sync_to_async(load_permissions)(cast("Any", self.scope)["user"])
        await super().connect()
        self._session_check = asyncio.create_task(self._close_when_signed_out())
        cast("asyncio.Task[None]", self.run_task).add_done_callback(self._close_when_failed)

    async def disconnect(self, code: int) -> None:
        """Stop checking the session."""
        self._session_check.cancel()
        await super().disconnect(code)

    def _close_when_failed(self, reading: asyncio.Task[None]) -> None:
        """Close the socket when nobody reads its messages any more, instead of going silent."""
        if not reading.cancelled() and (error := reading.exception()) is not None:
            _log.error("A websocket's messages could not be handled.", exc_info=error)
            self._closing = asyncio.create_task(self.close(FAILED, "The server failed; its log says why."))

    async def _close_when_signed_out(self) -> None:
        scope: Any = self.scope
        if not scope["user"].is_authenticated:
            return  # each operation returns an error to anonymous users
        changes = cast(
            "AsyncGenerator[object]", watch(group_of(scope["user"].pk), heartbeat_s=SESSION_CHECK_S)
        )
        # If the check itself fails, the socket is closed: its session can't be verified.
        with contextlib.suppress(Exception):
            async with contextlib.aclosing(changes):
                async for _ in changes:
                    reread = _reread_session(scope)
                    user = await get_user(reread)
                    await sync_to_async(load_permissions)(user)
                    scope["user"] = user  # running subscriptions have these permissions from now on
                    if not user.is_authenticated:
                        break
                    await sync_to_async(_note)(scope, reread["session"])
        await self.close(code=FORBIDDEN)


def _note(scope: Any, session: Any) -> None:  # noqa: ANN401 - as below
    """Write down that the page is open."""
    if sessions.is_due(session):
        headers = dict(scope["headers"])
        user_agent = headers.get(b"user-agent", b"").decode("latin-1")
        address = (scope.get("client") or [""])[0]
        sessions.note(sessions.Visit(session=session, address=address, user_agent=user_agent))


def _reread_session(scope: Any) -> Any:  # noqa: ANN401 - typed by channels for whole scopes alone
    """Return the part of a scope that identifies its user, with the session read again."""
    session = scope["session"]
    return {
        "session": session.__class__(session.session_key)
    }  # a lazy object, whose __class__ is that of the session


consumer = Consumer.as_asgi(schema=schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
