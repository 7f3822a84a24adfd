"""The signed-in user; signing in and out."""

from __future__ import annotations

from typing import Self, cast

import strawberry
from django.contrib import auth
from django.contrib.auth.models import User as UserModel
from django.http import HttpRequest
from strawberry import relay
from strawberry.types import Info

from timelapse.accounts.passwords import check_password
from timelapse.accounts.throttle import Refusal, refusal
from timelapse.shared.access import ANYBODY, only, readable_by
from timelapse.shared.graphql import UserError, current_user

WRONG_CREDENTIALS = UserError(
    code="wrong_credentials",
    message="No account has this name and password.",
    remedy="Check both and try again; './dev up' prints the name and password of the first account.",
    field="password",
)


def _throttled(found: Refusal) -> UserError:
    return UserError(code=found.code, message=found.message, remedy=found.remedy, field="password")


@readable_by(ANYBODY)  # but it is always oneself
@strawberry.type(description="A person with an account.")
class User(relay.Node):
    """A person with an account."""

    pk: relay.NodeID[int]
    username: str
    is_staff: bool

    @classmethod
    def from_model(cls, user: UserModel) -> Self:
        """Build it from a Django user."""
        return cls(pk=user.pk, username=user.get_username(), is_staff=user.is_staff)

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
        request = cast("HttpRequest", info.context.request)
        user = await check_password(request, input.username, input.password)
        if user is None:
            found = refusal(request)
            return SignInPayload(me=None, errors=[WRONG_CREDENTIALS if found is None else _throttled(found)])
        await auth.alogin(request, user)
        return SignInPayload(me=User.from_model(user), errors=[])

    @strawberry.mutation(description="End the session.", metadata=only(ANYBODY))
    async def sign_out(self, info: Info) -> SignOutPayload:
        """End the session."""
        await auth.alogout(cast("HttpRequest", info.context.request))
        return SignOutPayload(errors=[])
