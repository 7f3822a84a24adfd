"""GraphQL of the first run: what the app is called, and its first account."""

from __future__ import annotations

import strawberry
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User as UserModel
from strawberry.types import Info

import fsmlock
from timelapse.accounts import first_run, new_passwords
from timelapse.accounts.actions import name_refusals
from timelapse.accounts.domain import SET_UP_ALREADY, WRONG_CODE
from timelapse.accounts.graphql.session import (
    SignInPayload,
    address_of,
    begin_session,
    by_field,
    http_request,
    throttled,
)
from timelapse.accounts.passwords import encode, is_code
from timelapse.accounts.throttle import Refusal, succeeded
from timelapse.shared.access import ANYBODY, only
from timelapse.shared.graphql import UserError, current_user


@strawberry.input
class SetUpInput:
    """The code that the server printed, the account, and what people call the place."""

    code: str
    username: str
    password: str
    place: str = ""


@strawberry.type
class Query:
    """Reads of the first run."""

    @strawberry.field(
        description="Whether nobody has an account yet, and the app waits to be set up.",
        metadata=only(ANYBODY),
    )
    async def first_run(self, info: Info) -> bool:
        """Look for an account, unless the viewer has one."""
        return current_user(info) is None and await sync_to_async(first_run.is_due)()

    @strawberry.field(
        description="What people call this installation; empty if nobody named it.", metadata=only(ANYBODY)
    )
    async def place(self) -> str:
        """Read it."""
        return await sync_to_async(first_run.place_name)()


@strawberry.type
class Mutation:
    """The write of the first run."""

    @strawberry.mutation(
        description="Make the first account with the code that the server printed, and start a session.",
        metadata=only(ANYBODY),
    )
    async def set_up(self, info: Info, input: SetUpInput) -> SignInPayload:  # noqa: A002
        """Check the code first, so that nobody without it learns or costs anything."""
        if not await sync_to_async(first_run.is_due)():
            return SignInPayload(me=None, errors=by_field([SET_UP_ALREADY]))
        request, code = http_request(info), first_run.as_printed(input.code)
        if errors := await _code_errors(code, address_of(request)):
            return SignInPayload(me=None, errors=errors)
        username, place = input.username.strip(), input.place.strip()
        wrong = name_refusals(username) + first_run.place_refusals(place)
        wrong += await sync_to_async(new_passwords.refusals)(input.password, UserModel(username=username))
        if wrong:
            return SignInPayload(me=None, errors=by_field(wrong))
        encoded = await encode(input.password, name="first account", address=address_of(request))
        if isinstance(encoded, Refusal):
            return SignInPayload(me=None, errors=[throttled(encoded)])
        try:
            user = await sync_to_async(first_run.set_up)(
                code, username=username, encoded_password=encoded, place=place
            )
        except fsmlock.Refused as refused:
            return SignInPayload(me=None, errors=by_field(refused.reasons))
        return await begin_session(request, user)


async def _code_errors(code: str, address: str) -> list[UserError]:
    expected = await sync_to_async(first_run.current_code)()
    right = await is_code(code, expected, name="set-up code", address=address)
    if isinstance(right, Refusal):
        return [throttled(right, field="code")]
    if not right:
        return by_field([WRONG_CODE])
    await sync_to_async(succeeded)("set-up code", address)  # else a weak password would count as a guess
    return []
