"""Mutations that end the viewer's own sessions."""

from __future__ import annotations

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

from timelapse.accounts import sessions
from timelapse.accounts.domain import SESSION_ENDED
from timelapse.accounts.graphql.browsers import key_of
from timelapse.accounts.graphql.session import User
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import UserError, signed_in, user_errors


@strawberry.input
class SignOutSessionInput:
    """One of the viewer's sessions."""

    session: strawberry.ID


@strawberry.type
class SessionsPayload:
    """The viewer, with the sessions that are left."""

    me: User | None
    errors: list[UserError]


@strawberry.type
class Mutation:
    """Writes of sessions."""

    @strawberry.mutation(
        description="Sign the viewer out in one browser. Its open pages are closed at once.",
        metadata=only(SIGNED_IN),
    )
    async def sign_out_session(self, info: Info, input: SignOutSessionInput) -> SessionsPayload:  # noqa: A002
        """End it if it is the viewer's."""
        me = signed_in(info)
        ended = await sync_to_async(sessions.end_one)(me.pk, _row_of(input.session))
        errors = [] if ended else user_errors([SESSION_ENDED])
        return SessionsPayload(me=User.from_model(me), errors=errors)

    @strawberry.mutation(
        description="Sign the viewer out in all browsers but this one.", metadata=only(SIGNED_IN)
    )
    async def sign_out_elsewhere(self, info: Info) -> SessionsPayload:
        """End the others."""
        me = signed_in(info)
        await sync_to_async(sessions.end_all)(me.pk, but=key_of(info))
        return SessionsPayload(me=User.from_model(me), errors=[])


def _row_of(session: str) -> int:
    """Return the row of an id; 0, which no row has, for what is no id of a session."""
    try:
        kind, row = relay.from_base64(session)
    except ValueError:
        return 0
    return int(row) if kind == "Session" and row.isascii() and row.isdecimal() and len(row) < 19 else 0
