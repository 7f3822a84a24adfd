"""Who sends to a destination, and how that went; one transaction each.

Sending is *at least once*: a message counts as sent when that is committed. If a worker is killed between
the other side's acceptance and the commit, the message is sent again when its claim is over. The other order
would lose messages instead. An e-mail that is sent again has the same ``Message-ID``.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from fsmlock import Reason, Refused
from fsmlock.sentences import sentence
from timelapse.notifications import queries
from timelapse.notifications.changes import publish_change
from timelapse.notifications.models import Delivery, Destination, Notification
from timelapse.notifications.retries import GIVE_UP_AFTER, wait_after

if TYPE_CHECKING:
    from datetime import datetime

#: A worker that does not finish sending in this time is thought to be dead. Longer than sending can take.
CLAIM_FOR: Final = timedelta(minutes=5)
#: How many tests a person can send in a time.
MOST_TESTS: Final = 5
TESTS_WITHIN: Final = timedelta(minutes=10)
#: Failures in a row that are counted.
_MOST_FAILURES: Final = 10_000


def claim(now: datetime) -> Destination | None:
    """Return a destination to which only the caller may send now; None if nothing is due."""
    while (found := queries.due_destination(now)) is not None:
        token = secrets.token_hex(16)
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        if Destination.objects.filter(free, pk=found.pk).update(claim=token, claimed_until=now + CLAIM_FOR):
            found.claim = token
            return found
    return None


@transaction.atomic
def settle(
    destination: Destination,
    deliveries: list[Delivery],
    outdated: list[Delivery],
    *,
    error: str,
    now: datetime,
) -> None:
    """Record how sending to a claimed destination went, and give the claim back.

    Args:
        destination: with its claim. Whoever has another one meanwhile records what they did.
        deliveries: what was sent, or was to be.
        outdated: what was not to be sent any more.
        error: why it was not delivered; empty if it was.
        now: the present time.
    """
    claimed = Destination.objects.filter(pk=destination.pk, claim=destination.claim)
    if not claimed.update(claim="", claimed_until=None):
        return
    publish_change(destination.user_id)
    _settle(outdated, Delivery.States.OUTDATED, now)
    if error:
        failures = min(destination.failures + 1, _MOST_FAILURES)
        Destination.objects.filter(pk=destination.pk).update(
            failures=failures,
            failing_since=destination.failing_since or now,
            error=error,
            retry_at=now + wait_after(failures),
        )
        late = [each for each in deliveries if now - each.due_at >= GIVE_UP_AFTER]
        _settle(late, Delivery.States.GIVEN_UP, now)
    elif deliveries:
        _settle(deliveries, Delivery.States.SENT, now)
        _delivered(destination)


def _settle(deliveries: list[Delivery], state: Delivery.States, now: datetime) -> None:
    keys = [each.pk for each in deliveries]
    Delivery.objects.filter(pk__in=keys).update(state=state, settled_at=now)


def _delivered(destination: Destination) -> None:
    Destination.objects.filter(pk=destination.pk).update(
        failures=0, failing_since=None, error="", retry_at=None
    )


@transaction.atomic
def begin_test(user: User, destination: Destination) -> Delivery:
    """Record that a test is sent, which counts as failed until it is settled.

    Raises:
        Refused: the person has sent too many.
    """
    User.objects.select_for_update().get(pk=user.pk)
    now = timezone.now()
    if queries.recent_tests(user, now - TESTS_WITHIN) >= MOST_TESTS:
        minutes = round(TESTS_WITHIN / timedelta(minutes=1))
        message = sentence(
            "You have sent %(count)s tests in %(minutes)s minutes.", count=MOST_TESTS, minutes=minutes
        )
        raise Refused([Reason(code="too_many_tests", message=message, remedy="Wait some minutes.")])
    publish_change(user.pk)
    sent = Notification.objects.create(
        user=user, need="test", begun_at=now, message="This is a test.", path="/notifications", created_at=now
    )
    return Delivery.objects.create(
        notification=sent,
        destination=destination,
        state=Delivery.States.GIVEN_UP,
        due_at=now,
        settled_at=now,
    )


@transaction.atomic
def settle_test(delivery: Delivery, *, error: str) -> None:
    """Record how a test went. One that was delivered ends the failures of its destination."""
    now = timezone.now()
    publish_change(delivery.destination.user_id)
    if error:
        Destination.objects.filter(pk=delivery.destination_id, failing_since=None).update(failing_since=now)
        Destination.objects.filter(pk=delivery.destination_id).update(error=error, failures=F("failures") + 1)
        return
    _settle([delivery], Delivery.States.SENT, now)
    _delivered(delivery.destination)
