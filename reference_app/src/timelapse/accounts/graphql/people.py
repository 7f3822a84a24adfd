"""GraphQL of people and invitations, and the way in with an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from strawberry.types import Info

import fsmlock
from timelapse.accounts import actions, models, new_passwords, queries, transitions  # noqa: F401 - registers them
from timelapse.accounts.domain import INVITATION
from timelapse.accounts.graphql.passwords import PasswordLink
from timelapse.accounts.graphql.session import (
    SignInPayload,
    address_of,
    begin_session,
    by_field,
    http_request,
    throttled,
)
from timelapse.accounts.passwords import encode
from timelapse.accounts.roles import MANAGE_PEOPLE, ROLES, label_of
from timelapse.accounts.throttle import Refusal
from timelapse.shared.access import ANYBODY, needs, only, readable_by
from timelapse.shared.connections import Connection
from timelapse.shared.graphql import Stateful, UserError, load, signed_in, user_errors

_MANAGE: Final = needs(MANAGE_PEOPLE)


@readable_by(_MANAGE)
@strawberry_django.type(
    models.Invitation,
    description="A link with which one person makes an account.",
    disable_optimization=True,
)
class Invitation(Stateful):
    """An invitation that nobody has used yet."""

    state: str
    note: str
    created_at: datetime
    expires_at: datetime

    @strawberry_django.field(description="Its address on this server, such as /invitation/….")
    def path(self) -> str:
        """Return the address of its page."""
        return f"/invitation/{_row(self).token}"

    @strawberry_django.field(description="The role of the account, in a word.")
    def role(self) -> str:
        """Name the role."""
        return _row(self).role.capitalize()

    @strawberry_django.field(description="Whether it is no longer good by itself.")
    def has_expired(self) -> bool:
        """Compare with the present time."""
        return _row(self).expires_at <= timezone.now()

    @strawberry_django.field(description="Who made it.")
    def created_by(self) -> str:
        """Return the name of the account."""
        return _row(self).created_by.get_username()


@readable_by(_MANAGE)
@strawberry_django.type(models.Person, description="A person with an account.", disable_optimization=True)
class Person(Stateful):
    """A person, as administrators see them."""

    username: str
    last_login: datetime | None = strawberry_django.field(
        description="When they signed in last; null: never."
    )
    date_joined: datetime

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Person], info: Info) -> QuerySet[models.Person]:  # noqa: ARG003
        """Load their groups, on every path to one."""
        return queries.people(queryset)

    @strawberry_django.field(description="What they may do, in a word.")
    def role(self) -> str:
        """Name the role."""
        return label_of(cast("models.Person", self))

    @strawberry_django.field(description="When they last used the app, to the minute; null: not known.")
    async def last_seen_at(self, info: Info) -> datetime | None:
        """Load it together with those of the other people of the request."""
        return await load(info, queries.last_seen, cast("models.Person", self).pk)

    @strawberry_django.field(
        description="The invitations by them that were neither used nor revoked, newest first."
    )
    async def invitations(self, info: Info) -> list[Invitation]:
        """Load them together with those of the other people of the request."""
        found = await load(info, queries.pending_by, cast("models.Person", self).pk)
        return cast("list[Invitation]", found or [])

    @strawberry_django.field(
        description="The link with which they choose a new password, until it is used or revoked."
    )
    async def password_link(self, info: Info) -> PasswordLink | None:
        """Load it together with those of the other people of the request."""
        found = await load(info, queries.pending_passwords_for, cast("models.Person", self).pk)
        return cast("PasswordLink | None", found)


@strawberry.type(description="What an invitation leads to, or why nobody can use it.")
class Welcome:
    """What an invitation leads to, or why nobody can use it."""

    role: str = strawberry.field(description="The role of the account, with what it may do; else empty.")
    invited_by: str = strawberry.field(description="Who made the invitation; else empty.")
    errors: list[UserError]


@strawberry.input
class AcceptInvitationInput:
    """The invitation's token, and the name and the password of the account."""

    token: str
    username: str
    password: str


@strawberry.type
class Query:
    """Reads of people."""

    @strawberry_django.connection(
        Connection[Person],
        description="Everybody with an account, by name.",
        metadata=only(_MANAGE),
    )
    def people(self) -> Iterable[Person]:
        """List them."""
        return cast("Iterable[Person]", queries.people())

    @strawberry_django.field(
        description="The viewer among the people, who may be offered to invite others.",
        metadata=only(_MANAGE),
    )
    async def inviter(self, info: Info) -> Person:
        """Find the viewer."""
        return cast("Person", await queries.people().aget(pk=signed_in(info).pk))

    @strawberry.field(description="What an invitation leads to, by its token.", metadata=only(ANYBODY))
    async def welcome(self, token: str) -> Welcome:
        """Look it up."""
        found = await sync_to_async(queries.invitation_by_token)(token)
        reason = INVITATION.refusal(queries.facts_of(found), timezone.now())
        if found is None or reason is not None:
            return Welcome(role="", invited_by="", errors=user_errors([reason or INVITATION.unknown]))
        return Welcome(
            role=ROLES.get(found.role, found.role), invited_by=found.created_by.get_username(), errors=[]
        )


@strawberry.type
class Mutation:
    """Writes of people."""

    @strawberry.mutation(
        description="Make the account of an invitation, and start a session with it.", metadata=only(ANYBODY)
    )
    async def accept_invitation(self, info: Info, input: AcceptInvitationInput) -> SignInPayload:  # noqa: A002
        """Check the invitation before the password costs anything."""
        token, username = input.token, input.username.strip()
        found = await sync_to_async(queries.invitation_by_token)(token)
        reason = INVITATION.refusal(queries.facts_of(found), timezone.now())
        if reason is not None:
            return SignInPayload(me=None, errors=user_errors([reason]))
        wrong = actions.name_refusals(username)
        wrong += await sync_to_async(new_passwords.refusals)(input.password, User(username=username))
        if wrong:
            return SignInPayload(me=None, errors=by_field(wrong))
        request = http_request(info)
        encoded = await encode(input.password, name=f"invitation {token}", address=address_of(request))
        if isinstance(encoded, Refusal):
            return SignInPayload(me=None, errors=[throttled(encoded)])
        try:
            user = await sync_to_async(actions.use_invitation)(
                token, username=username, encoded_password=encoded
            )
        except fsmlock.Refused as refused:
            return SignInPayload(me=None, errors=by_field(refused.reasons))
        return await begin_session(request, user)


def _row(invitation: Invitation) -> models.Invitation:
    return cast("models.Invitation", invitation)
