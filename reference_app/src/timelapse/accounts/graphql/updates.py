"""The list of people, live."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import strawberry

from timelapse.accounts import queries
from timelapse.accounts.changes import LIST_GROUP
from timelapse.accounts.graphql.people import Person
from timelapse.accounts.roles import MANAGE_PEOPLE
from timelapse.shared.access import needs, only
from timelapse.shared.graphql import LiveUpdate
from timelapse.shared.list_updates import list_updates


@strawberry.type
class PersonUpdate(LiveUpdate):
    """One message of `peopleUpdates`."""

    changed: list[Person] = strawberry.field(default_factory=list)


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="Everybody with an account: the first of them, then each who is new, changed or gone.",
        metadata=only(needs(MANAGE_PEOPLE)),
    )
    async def people_updates(self) -> AsyncGenerator[PersonUpdate, None]:
        """Read the person who changed."""
        async for update in list_updates(PersonUpdate, LIST_GROUP, queries.people):
            yield update
