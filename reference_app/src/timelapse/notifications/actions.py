"""What people change about their own notifications, one transaction each."""

from __future__ import annotations

import zoneinfo
from typing import Final

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from fsmlock import Reason, Refused
from fsmlock.sentences import sentence
from timelapse.notifications import services
from timelapse.notifications.changes import publish_change
from timelapse.notifications.models import Choice, Destination

#: How many destinations a person can have.
MOST_DESTINATIONS: Final = 5

_TOO_MANY: Final = Reason(
    code="too_many_destinations",
    message=sentence("You have %(count)s destinations already.", count=MOST_DESTINATIONS),
    remedy="Remove one that is no longer needed.",
)
_KNOWN: Final = Reason(
    code="known_destination",
    message="You are notified there already.",
    remedy="Enter another address.",
    params={"field": "address"},
)
_NO_ADDRESS: Final = Reason(
    code="no_mail_address",
    message="This is not an e-mail address.",
    remedy="Enter one such as name@example.com.",
    params={"field": "address"},
)
_NO_ZONE: Final = Reason(
    code="unknown_zone",
    message="There is no such time zone.",
    remedy="Enter one such as Europe/Berlin, or UTC.",
    params={"field": "zone"},
)
_HALF_QUIET: Final = Reason(
    code="half_quiet_hours",
    message="Quiet hours need a begin and an end that differ.",
    remedy="Choose both, or neither.",
    params={"field": "quiet_until"},
)


def choose(
    user: User, *, kinds: dict[str, bool], quiet_from: int | None, quiet_until: int | None, zone: str
) -> None:
    """Record what a person wants to be notified of, and when not.

    Raises:
        Refused: the zone is unknown, or the quiet hours have no begin or no end.
    """
    if zone not in zoneinfo.available_timezones():
        raise Refused([_NO_ZONE])
    if (quiet_from is None) != (quiet_until is None) or (
        quiet_from is not None and quiet_from == quiet_until
    ):
        raise Refused([_HALF_QUIET])
    values = {**kinds, "quiet_from": quiet_from, "quiet_until": quiet_until, "zone": zone}
    Choice.objects.update_or_create(user=user, defaults=values)
    publish_change(user.pk)


def add_mail_address(user: User, address: str) -> Destination:
    """Notify a person by e-mail.

    Raises:
        Refused: there is no mail server, it is no address, it is known, or the person has as many as they may
            have.
    """
    missing = services.mail_refusal()
    if missing is not None:
        raise Refused([missing])
    found = address.strip()
    try:
        validate_email(found)
    except ValidationError as error:
        raise Refused([_NO_ADDRESS]) from error
    return _add(user, service=Destination.MAIL, address=found, masked=found)


def add_service(user: User, address: str) -> Destination:
    """Notify a person by a service.

    Raises:
        Refused: the server can't or may not send to it, it is known, or the person has as many as they may
            have.
    """
    found = address.strip()
    service = services.find(found)
    refusal = services.library_refusal() or services.refusal(found)
    if service is None or refusal is not None:
        raise Refused([refusal] if refusal else [])
    return _add(user, service=service.name, address=found, masked=services.masked(found))


def _add(user: User, **values: str) -> Destination:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # so that two requests count one another
        own = Destination.objects.filter(user=user)
        if own.filter(address=values["address"]).exists():
            raise Refused([_KNOWN])
        if own.count() >= MOST_DESTINATIONS:
            raise Refused([_TOO_MANY])
        publish_change(user.pk)
        return Destination.objects.create(user=user, **values)
