"""GraphQL of notifications: what one person chose, where they are notified, and of what they were."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, Self, cast

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info

import fsmlock
from fsmlock.sentences import translated
from timelapse.notifications import (
    deliveries,
    domain,
    models,
    queries,
    tasks,
    transitions,  # noqa: F401 - registers what applies them
)
from timelapse.notifications.changes import group_of
from timelapse.notifications.sending import NotDeliveredError
from timelapse.shared import conf
from timelapse.shared.access import SIGNED_IN, only, readable_by
from timelapse.shared.graphql import (
    LiveUpdate,
    Stateful,
    UserError,
    current_user,
    kind_of,
    load,
    signed_in,
    user_errors,
)
from timelapse.shared.live import watch

_REMEDY: Final = "If the address is right, try again later, or ask an operator."
_ABSENT: Final = fsmlock.Reason(
    code="not_found", message="There is no such destination.", remedy="Reload the page."
)
#: Tests that are sent at once by this process; others wait.
_SENDING: Final = ThreadPoolExecutor(2, thread_name_prefix="test-notification")


@strawberry.type(description="What became of a notification at one destination.")
class NotificationDelivery:
    """See timelapse.notifications.models.Delivery."""

    id: strawberry.ID
    state: str
    state_label: str = strawberry.field(description="The state in words.")
    destination: str = strawberry.field(description="The destination, as far as it may be shown.")
    due_at: datetime = strawberry.field(description="Before this nothing is sent: the end of quiet hours.")
    settled_at: datetime | None = strawberry.field(
        description="When it was sent, or when it was clear that it is not; null while it waits."
    )

    @classmethod
    def from_row(cls, row: models.Delivery) -> Self:
        """Convert it."""
        return cls(
            id=strawberry.ID(f"NotificationDelivery:{row.pk}"),
            state=row.state,
            state_label=translated(row.get_state_display()),
            destination=str(row.destination),
            due_at=row.due_at,
            settled_at=row.settled_at,
        )


@strawberry.type(description="What a person was notified of.")
class Notification:
    """See timelapse.notifications.models.Notification."""

    id: strawberry.ID
    message: str
    remedy: str
    path: str = strawberry.field(description="The path of the page on which it is shown.")
    created_at: datetime
    deliveries: list[NotificationDelivery]

    @classmethod
    def from_row(cls, row: models.Notification) -> Self:
        """Convert it; its deliveries must be loaded."""
        return cls(
            id=strawberry.ID(f"Notification:{row.pk}"),
            message=row.message,
            remedy=row.remedy,
            path=row.path,
            created_at=row.created_at,
            deliveries=[NotificationDelivery.from_row(each) for each in row.deliveries.all()],
        )


@readable_by(SIGNED_IN)  # but it is always one's own
@strawberry_django.type(
    models.Destination, description="Where the viewer is notified.", disable_optimization=True
)
class Destination(Stateful):
    """An e-mail address or a service. Its address has no field: it contains secrets."""

    state: str
    service: str = strawberry_django.field(description="“E-mail”, or the name of the service.")
    masked: str = strawberry_django.field(description="The address, without its secrets.")

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Destination], info: Info) -> QuerySet[models.Destination]:
        """Hide those of others."""
        user = current_user(info)
        return queryset.none() if user is None else queryset.filter(user=user)

    @strawberry_django.field(
        description="Why the last message did not reach it, and since when; empty if it did."
    )
    def problem(self) -> str:
        """Say it in a sentence."""
        row = cast("models.Destination", self)
        if row.failing_since is None:
            return ""
        since = row.failing_since.isoformat(timespec="seconds")
        return f"Could not be delivered since {since}: {row.error}"

    @strawberry_django.field(description="When it is tried again; null if nothing failed.")
    def retry_at(self) -> datetime | None:
        """Return the time."""
        return cast("models.Destination", self).retry_at

    @strawberry_django.field(description="How many notifications wait for it.")
    async def waiting(self, info: Info) -> int:
        """Count them together with those of the other destinations."""
        return await load(info, queries.waiting_counts, cast("models.Destination", self).pk) or 0


@readable_by(SIGNED_IN)  # but it is always oneself
@strawberry_django.type(
    models.Subscriber,
    description="The viewer, with what they can do about their notifications.",
    disable_optimization=True,
)
class Subscriber(Stateful):
    """The signed-in person."""

    state: str

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Subscriber], info: Info) -> QuerySet[models.Subscriber]:
        """Hide everybody else."""
        user = current_user(info)
        return queryset.none() if user is None else queryset.filter(pk=user.pk)

    @strawberry_django.field(description="What they want to know and when, in sentences.")
    async def choice(self, info: Info) -> list[str]:
        """Put it in words."""
        user = signed_in(info)
        choice = (await sync_to_async(queries.choices)([user]))[user.pk]
        return domain.in_words(choice.values(), translated)

    @strawberry_django.field(description="Where they are notified, the oldest first.")
    async def destinations(self, info: Info) -> list[Destination]:
        """Load them."""
        found = await load(info, queries.destinations_of, cast("models.Subscriber", self).pk)
        return cast("list[Destination]", found or [])

    @strawberry_django.field(description="What they were notified of, the newest first: the last 30.")
    async def notifications(self, info: Info) -> list[Notification]:
        """Load them, without what they may not see any more."""
        found = await sync_to_async(queries.history)(signed_in(info))
        return [Notification.from_row(each) for each in found]


@strawberry.type
class SubscriberUpdate(LiveUpdate):
    """One message of `subscriberUpdates`."""

    changed: list[Subscriber]


@strawberry.type(description="What the other side said, or why nothing arrived.")
class TestNotificationPayload:
    """What the other side said."""

    subscriber: Subscriber | None
    said: str = strawberry.field(default="", description="What the other side said, if it took the message.")
    errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    """Reads of notifications."""

    @strawberry_django.field(
        description="The viewer's own notifications, and what they can do about them.",
        metadata=only(SIGNED_IN),
    )
    async def subscriber(self, info: Info) -> Subscriber:
        """Find the viewer."""
        return await _viewer(info)


async def _viewer(info: Info) -> Subscriber:
    return cast("Subscriber", await models.Subscriber.objects.aget(pk=signed_in(info).pk))


@strawberry.type
class Subscription:
    """Live reads of notifications."""

    @strawberry.subscription(
        description="The viewer's own notifications: a snapshot, then again at each change.",
        metadata=only(SIGNED_IN),
    )
    async def subscriber_updates(self, info: Info) -> AsyncGenerator[SubscriberUpdate, None]:
        """Read them again for each change. A heartbeat reads nothing: nothing changes with time."""
        heartbeat, seq = conf.get().heartbeat_seconds, 0
        async for event in watch(group_of(signed_in(info).pk), heartbeat_s=heartbeat):
            seq += 1
            yield SubscriberUpdate(
                kind=kind_of(event),
                seq=seq,
                heartbeat_seconds=heartbeat,
                changed=[] if event is None else [await _viewer(info)],
            )


@strawberry.type
class Mutation:
    """Writes of notifications."""

    @strawberry.mutation(
        description="Send a test to one of the viewer's destinations, and wait for the answer.",
        metadata=only(SIGNED_IN),
    )
    async def send_test_notification(self, info: Info, id: relay.GlobalID) -> TestNotificationPayload:  # noqa: A002
        """Send it from a thread that no other request waits for."""
        user = signed_in(info)
        viewer = await _viewer(info)
        found = await sync_to_async(queries.destination_of)(user, id)
        if found is None:
            return TestNotificationPayload(subscriber=viewer, errors=user_errors([_ABSENT]))
        try:
            delivery = await sync_to_async(deliveries.begin_test)(user, found)
        except fsmlock.Refused as refused:
            return TestNotificationPayload(subscriber=viewer, errors=user_errors(refused.reasons))
        zone = (await sync_to_async(queries.choices)([user]))[user.pk].time_zone
        message = tasks.composed([delivery], zone)
        said, reasons = "", []
        try:
            said = await asyncio.get_running_loop().run_in_executor(_SENDING, tasks.send, found, message)
        except NotDeliveredError as failure:
            reasons = [fsmlock.Reason(code="not_delivered", message=str(failure), remedy=_REMEDY)]
        error = str(reasons[0].message) if reasons else ""
        await sync_to_async(deliveries.settle_test)(delivery, error=error)
        return TestNotificationPayload(subscriber=viewer, said=said, errors=user_errors(reasons))
