"""GraphQL over websockets: subscriptions by the graphql-transport-ws protocol."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from channels.auth import get_user
from strawberry.channels import GraphQLWSConsumer
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from eliot_progress.adapters.graphql_ws import CausalWebSocketHandler
from timelapse.project.schema import schema

#: Seconds between two looks at whether who connected is still signed in, and what he may.
ASK_AGAIN_S = 30.0
#: graphql-transport-ws: clients connect anew, and are told then that they are signed out.
FORBIDDEN = 4403


class Consumer(GraphQLWSConsumer[dict[str, object], None]):
    """Operations go on below the click that the page names.

    A socket may stay open for days. It is closed when the session that opened it is over: signed out, run
    out, its user deactivated or with another password.
    """

    graphql_transport_ws_handler_class = CausalWebSocketHandler[dict[str, object], None]

    async def connect(self) -> None:
        """Serve the socket, and look after its session."""
        await super().connect()
        self._looking = asyncio.create_task(self._close_when_signed_out())

    async def disconnect(self, code: int) -> None:
        """Leave the session alone."""
        self._looking.cancel()
        await super().disconnect(code)

    async def _close_when_signed_out(self) -> None:
        scope: Any = self.scope
        if not scope["user"].is_authenticated:
            return  # each operation tells a stranger so
        # Whatever goes wrong with looking: nobody stays whose session can't be looked up.
        with contextlib.suppress(Exception):
            while scope["user"].is_authenticated:
                await asyncio.sleep(ASK_AGAIN_S)
                scope["user"] = await get_user(_read_anew(scope))
        await self.close(code=FORBIDDEN)


def _read_anew(scope: Any) -> Any:  # noqa: ANN401 - typed by channels for whole scopes alone
    """What is needed of a scope to ask for its user, with the session as it is now."""
    session = scope["session"]
    return {"session": session.__class__(session.session_key)}  # a lazy object, which tells the class within


consumer = Consumer.as_asgi(schema=schema, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
