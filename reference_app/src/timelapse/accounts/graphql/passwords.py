"""GraphQL of passwords: one's own, and the one that somebody chooses with a link."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.contrib import auth
from django.utils import timezone
from strawberry.types import Info

import fsmlock
from timelapse.accounts import models, new_passwords, queries, sessions
from timelapse.accounts.domain import PASSWORD_LINK, WRONG_PASSWORD
from timelapse.accounts.graphql.session import (
    SignInPayload,
    User,
    address_of,
    begin_session,
    by_field,
    http_request,
    throttled,
)
from timelapse.accounts.passwords import check_password, encode
from timelapse.accounts.roles import MANAGE_PEOPLE
from timelapse.accounts.seen_middleware import visit_of
from timelapse.accounts.throttle import Refusal, refusal, succeeded
from timelapse.shared.access import ANYBODY, SIGNED_IN, load_permissions, needs, only, readable_by
from timelapse.shared.graphql import Stateful, UserError, current_user, signed_in, user_errors

_MANAGE: Final = needs(MANAGE_PEOPLE)


@readable_by(_MANAGE)
@strawberry_django.type(
    models.PasswordLink,
    description="A link with which one person chooses a new password.",
    disable_optimization=True,
)
class PasswordLink(Stateful):
    """A link that nobody has used yet."""

    state: str
    created_at: datetime
    expires_at: datetime

    @strawberry_django.field(
        description="Its address on this server, such as /password/…; null for who may not change the access "
        "of its person."
    )
    def path(self, info: Info) -> str | None:
        """Return the address of its page: whoever has it can sign in as that person."""
        link = cast("models.PasswordLink", self)
        viewer = current_user(info)
        may = not link.person.is_superuser or (viewer is not None and viewer.is_superuser)
        return f"/password/{link.token}" if may else None

    @strawberry_django.field(description="Whether it is no longer good by itself.")
    def has_expired(self) -> bool:
        """Compare with the present time."""
        return cast("models.PasswordLink", self).expires_at <= timezone.now()

    @strawberry_django.field(description="Who made it.")
    def created_by(self) -> str:
        """Return the name of the account."""
        return cast("models.PasswordLink", self).created_by.get_username()


@strawberry.type(description="Whose password a link changes, or why nobody can use it.")
class LinkedAccount:
    """Whose password a link changes, or why nobody can use it."""

    username: str = strawberry.field(description="The name of the account; else empty.")
    errors: list[UserError]


@strawberry.input
class ChangePasswordInput:
    """The viewer's password, and the one that takes its place."""

    current: str
    password: str


@strawberry.type
class ChangePasswordPayload:
    """The viewer, with the session that is left, or the errors; each names its field."""

    me: User | None = None
    errors: list[UserError]


@strawberry.input
class ChoosePasswordInput:
    """The token of a link, and the password that was chosen."""

    token: str
    password: str


@strawberry.type
class Query:
    """Reads of passwords, none of which returns one."""

    @strawberry.field(description="Whose password a link changes, by its token.", metadata=only(ANYBODY))
    async def linked_account(self, token: str) -> LinkedAccount:
        """Look it up."""
        found = await sync_to_async(queries.password_link_by_token)(token)
        reason = PASSWORD_LINK.refusal(queries.facts_of(found), timezone.now())
        if found is None or reason is not None:
            return LinkedAccount(username="", errors=user_errors([reason or PASSWORD_LINK.unknown]))
        return LinkedAccount(username=found.person.get_username(), errors=[])


@strawberry.type
class Mutation:
    """Writes of passwords."""

    @strawberry.mutation(
        description="Change the viewer's own password. This session stays, their others end.",
        metadata=only(SIGNED_IN),
    )
    async def change_password(self, info: Info, input: ChangePasswordInput) -> ChangePasswordPayload:  # noqa: A002
        """Look at the new password first, which costs nothing; then check the current one."""
        me, request = signed_in(info), http_request(info)
        wrong = await sync_to_async(new_passwords.refusals)(input.password, me)
        if wrong:
            return ChangePasswordPayload(errors=by_field(wrong))
        checked = await check_password(request, me.get_username(), input.current)
        if checked is None or checked.pk != me.pk:
            found = refusal(request)
            errors = by_field([WRONG_PASSWORD]) if found is None else [throttled(found, field="current")]
            return ChangePasswordPayload(errors=errors)
        encoded = await encode(input.password, name=f"new password of {me.pk}", address=address_of(request))
        if isinstance(encoded, Refusal):
            return ChangePasswordPayload(errors=[throttled(encoded)])
        try:
            user = await sync_to_async(new_passwords.change_password)(
                me,
                checked=checked.password,
                encoded=encoded,
                session=request.session.session_key,
            )
        except fsmlock.Refused as refused:
            return ChangePasswordPayload(errors=by_field(refused.reasons))
        await auth.aupdate_session_auth_hash(request, user)
        await sync_to_async(sessions.note)(visit_of(request))  # it has another key from now on
        await sync_to_async(succeeded)(me.get_username(), address_of(request))
        await sync_to_async(load_permissions)(user)
        return ChangePasswordPayload(me=User.from_model(user), errors=[])

    @strawberry.mutation(
        description="Choose a password with a link, and start a session with it. All other sessions end.",
        metadata=only(ANYBODY),
    )
    async def choose_password(self, info: Info, input: ChoosePasswordInput) -> SignInPayload:  # noqa: A002
        """Check the link before the password costs anything."""
        found = await sync_to_async(queries.password_link_by_token)(input.token)
        reason = PASSWORD_LINK.refusal(queries.facts_of(found), timezone.now())
        if found is None or reason is not None:
            return SignInPayload(me=None, errors=user_errors([reason or PASSWORD_LINK.unknown]))
        if wrong := await sync_to_async(new_passwords.refusals)(input.password, found.person):
            return SignInPayload(me=None, errors=by_field(wrong))
        request = http_request(info)
        name = f"link to a password {found.pk}"
        encoded = await encode(input.password, name=name, address=address_of(request))
        if isinstance(encoded, Refusal):
            return SignInPayload(me=None, errors=[throttled(encoded)])
        try:
            user = await sync_to_async(new_passwords.use_password_link)(input.token, encoded=encoded)
        except fsmlock.Refused as refused:
            return SignInPayload(me=None, errors=by_field(refused.reasons))
        return await begin_session(request, user)
