"""The signed-in user; signing in and out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, cast

import strawberry
from asgiref.sync import sync_to_async
from django.contrib import auth
from django.contrib.auth.models import User as UserModel
from django.http import HttpRequest
from graphql import GraphQLError
from strawberry import relay
from strawberry.types import Info

from fsmlock import Reason
from timelapse.accounts import queries
from timelapse.accounts.graphql.browsers import Session, key_of
from timelapse.accounts.passwords import check_password
from timelapse.accounts.roles import MANAGE_PEOPLE
from timelapse.accounts.throttle import Refusal, refusal
from timelapse.shared.access import ANYBODY, load_permissions, only, readable_by
from timelapse.shared.graphql import UserError, current_user, user_errors

WRONG_CREDENTIALS = Reason(
    code="wrong_credentials",
    message="No account has this name and password.",
    remedy="Check both and try again; './dev up' prints the name and password of the first account.",
)


def throttled(found: Refusal, *, field: str = "password") -> UserError:
    """Convert the refusal of an attempt."""
    (error,) = user_errors([found.reason], field=field)
    return error


def by_field(reasons: Iterable[Reason]) -> list[UserError]:
    """Convert reasons, each with the field that it names."""
    return [
        error
        for reason in reasons
        for error in user_errors([reason], field=cast("str | None", reason.params.get("field")))
    ]


def http_request(info: Info) -> HttpRequest:
    """Return the request, whose session begins, ends or gets another key.

    Raises:
        GraphQLError: there is only a websocket, which can set no cookie (its code is ``no_request``).
    """
    if isinstance(info.context, dict):
        message = "A session begins and changes by HTTP only. Send this as a POST request."
        raise GraphQLError(message, extensions={"code": "no_request"})
    return cast("HttpRequest", info.context.request)


def address_of(request: HttpRequest) -> str:
    """Return by whose address attempts are counted."""
    return request.META.get("REMOTE_ADDR") or ""


@readable_by(ANYBODY)  # but it is always oneself
@strawberry.type(description="A person with an account.")
class User(relay.Node):
    """A person with an account."""

    pk: relay.NodeID[int]
    username: str
    is_staff: bool
    manages_people: bool = strawberry.field(
        description="Whether they may invite people and change their roles."
    )

    @strawberry.field(description="Where they are signed in, the browsers seen last first.")
    async def sessions(self, info: Info) -> list[Session]:
        """Read them; they are the viewer's, as the account is."""
        user = current_user(info)
        found = [] if user is None else await sync_to_async(queries.sessions_of)(user)
        return [Session.from_model(each, key_of(info)) for each in found]

    @classmethod
    def from_model(cls, user: UserModel) -> Self:
        """Build it from a Django user whose permissions are loaded."""
        return cls(
            pk=user.pk,
            username=user.get_username(),
            is_staff=user.is_staff,
            manages_people=user.has_perm(MANAGE_PEOPLE),
        )

    @classmethod
    def resolve_nodes(  # type: ignore[override]
        cls,
        *,
        info: Info,
        node_ids: object,
        required: bool = False,  # noqa: ARG003 - Relay's signature
    ) -> list[Self | None]:
        """Return only the signed-in user: users can't read other accounts."""
        me = current_user(info)
        return [
            cls.from_model(me) if me is not None and str(me.pk) == str(node_id) else None
            for node_id in cast("list[str]", list(cast("list[str]", node_ids)))
        ]


async def begin_session(request: HttpRequest, user: UserModel) -> SignInPayload:
    """Start a session of a user who has shown who they are."""
    await auth.alogin(request, user)
    await sync_to_async(load_permissions)(user)
    return SignInPayload(me=User.from_model(user), errors=[])


@strawberry.input
class SignInInput:
    """Name and password."""

    username: str
    password: str


@strawberry.type
class SignInPayload:
    """The user who is signed in now."""

    me: User | None
    errors: list[UserError]


@strawberry.type
class SignOutPayload:
    """The errors, if any."""

    errors: list[UserError]


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry.field(description="The signed-in user; null when signed out.", metadata=only(ANYBODY))
    def me(self, info: Info) -> User | None:
        """Return the signed-in user."""
        user = current_user(info)
        return None if user is None else User.from_model(user)


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(description="Start a session.", metadata=only(ANYBODY))
    async def sign_in(self, info: Info, input: SignInInput) -> SignInPayload:  # noqa: A002 - Relay's name
        """Start a session."""
        request = http_request(info)
        user = await check_password(request, input.username, input.password)
        if user is None:
            found = refusal(request)
            return SignInPayload(
                me=None,
                errors=user_errors([WRONG_CREDENTIALS if found is None else found.reason], field="password"),
            )
        return await begin_session(request, user)

    @strawberry.mutation(description="End the session.", metadata=only(ANYBODY))
    async def sign_out(self, info: Info) -> SignOutPayload:
        """End the session."""
        await auth.alogout(http_request(info))
        return SignOutPayload(errors=[])
