"""Celery tasks: look what there is to notify of, and deliver what is due."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Final

from celery import shared_task
from django.utils import timezone

from timelapse.notifications import deliveries, messages, queries, recording, sending
from timelapse.notifications.messages import Item, Message
from timelapse.notifications.models import Destination
from timelapse.notifications.sending import NotDeliveredError
from timelapse.shared import conf

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from timelapse.notifications.models import Delivery

#: After this no further destination is begun: other tasks of the queue have their turn.
_BEGIN_WITHIN_S: Final = 20.0


@shared_task(name="notifications.watch")
def watch() -> int:
    """Look at all needs, and notify of those that have begun or ended; return how many those are."""
    if not queries.anybody_listens():
        return 0
    now = timezone.now()
    return recording.record(queries.observe(now), now)


@shared_task(name="notifications.deliver")
def deliver() -> int:
    """Send what is due, one destination after the other; return to how many."""
    begun, served = time.monotonic(), 0
    while time.monotonic() - begun < _BEGIN_WITHIN_S:
        now = timezone.now()
        destination = deliveries.claim(now)
        if destination is None:
            break
        _deliver_to(destination, now)
        served += 1
    return served


def send(destination: Destination, message: Message) -> str:
    """Send a message; return what the other side said.

    Raises:
        NotDeliveredError: it was not taken.
    """
    if destination.service == Destination.MAIL:
        return sending.send_mail(message, destination.address)
    return sending.send_to_service(message, destination.address)


def composed(sent: list[Delivery], zone: ZoneInfo) -> Message:
    """Return the message of what is delivered together."""
    items = [
        Item(message=each.message, remedy=each.remedy, since=each.since, path=each.path)
        for each in (delivery.notification for delivery in sent)
    ]
    keys = ",".join(str(delivery.pk) for delivery in sent)
    identity = hashlib.sha256(f"{conf.get().email_from} {keys}".encode()).hexdigest()[:32]
    return messages.compose(items, zone=zone, address=conf.get().public_address, identity=identity)


def _deliver_to(destination: Destination, now: datetime) -> None:
    user = destination.user
    due = queries.due_deliveries(destination, now)
    wanted = queries.still_true(due, user) if due else []
    outdated = [delivery for delivery in due if delivery not in wanted]
    error = ""
    if wanted:
        zone = queries.choices([user])[user.pk].time_zone
        try:
            send(destination, composed(wanted, zone))
        except NotDeliveredError as failure:
            error = str(failure) or "It was not delivered."
    deliveries.settle(destination, wanted, outdated, error=error, now=timezone.now())
