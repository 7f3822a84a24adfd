"""Who wants to be notified of what and where, which needs are known, and what was sent."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from fsmlock import Confirmation, InputField, Offer, action
from timelapse.notifications import services
from timelapse.notifications.domain import LABELS, Kind

if TYPE_CHECKING:
    from fsmlock import Reason
    from fsmlock.offers import Value

#: Characters of an address, and of the name of a time zone.
LONGEST_ADDRESS: Final = 500
_LONGEST_ZONE: Final = 64
_HOURS: Final = tuple((hour, f"{hour:02}:00") for hour in range(24))


def current_choice(person: Subscriber) -> dict[str, Value]:
    """Return what the form of somebody's choice has at first."""
    return dict((Choice.objects.filter(user=person).first() or Choice()).values())


def mail_is_possible(person: Subscriber) -> Reason | None:  # noqa: ARG001 - a condition's signature
    """Require a mail server."""
    return services.mail_refusal()


def services_are_possible(person: Subscriber) -> Reason | None:  # noqa: ARG001 - as above
    """Require the library that speaks to services."""
    return services.library_refusal()


class Subscriber(User):
    """A user of Django's, with what they can do about their own notifications."""

    class Meta:
        """Everybody may, for themselves."""

        proxy = True
        default_permissions = ()

    @property
    def state(self) -> str:
        """Everybody who is signed in can."""
        return "active"

    @action(
        label="Change what and when",
        offer=Offer(
            input=(
                *(
                    InputField(name=kind.value, kind="yes_or_no", label=LABELS[kind], default=True)
                    for kind in Kind
                ),
                InputField(
                    name="quiet_from",
                    kind="choice",
                    label="Quiet from",
                    default=None,
                    optional=True,
                    choices=_HOURS,
                    group="Quiet hours",
                    help="What happens then is sent afterwards in one message, if it is still so.",
                ),
                InputField(
                    name="quiet_until",
                    kind="choice",
                    label="Quiet until",
                    default=None,
                    optional=True,
                    choices=_HOURS,
                    group="Quiet hours",
                ),
                InputField(
                    name="zone",
                    kind="text",
                    label="Time zone",
                    default="UTC",
                    minimum=1,
                    maximum=_LONGEST_ZONE,
                    group="Quiet hours",
                    help="Such as Europe/Berlin. Times in messages are in it, too.",
                ),
            ),
            initial=current_choice,
        ),
    )
    def change_notifications(self, **values: object) -> None:
        """They choose what they want to know, and when nothing is to be sent."""

    @action(
        label="Add an e-mail address",
        conditions=[mail_is_possible],
        offer=Offer(
            input=(
                InputField(
                    name="address",
                    kind="text",
                    label="E-mail address",
                    default="",
                    minimum=3,
                    maximum=254,
                ),
            ),
        ),
    )
    def add_mail_address(self, **values: object) -> None:
        """They are notified by e-mail."""

    @action(
        label="Add a service",
        conditions=[services_are_possible],
        offer=Offer(
            input=(
                InputField(
                    name="address",
                    kind="text",
                    label="Address of the service",
                    default="",
                    minimum=3,
                    maximum=LONGEST_ADDRESS,
                    help="As the library Apprise writes it, such as ntfy://topic or discord://id/token. "
                    "It is not shown again.",
                ),
            ),
        ),
    )
    def add_service(self, **values: object) -> None:
        """They are notified by a service, such as Slack or ntfy."""


class Choice(models.Model):
    """What one person wants to be notified of, and when not. Who has none wants everything, at any time."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    camera = models.BooleanField(default=True)
    movie_failed = models.BooleanField(default=True)
    movie_finished = models.BooleanField(default=True)
    disk = models.BooleanField(default=True)
    queue = models.BooleanField(default=True)
    periodic = models.BooleanField(default=True)
    #: Hours by the clock of the zone; null: none.
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)
    zone = models.CharField(max_length=_LONGEST_ZONE, default="UTC")

    class Meta:
        """Of nobody else's business."""

        default_permissions = ()

    def __str__(self) -> str:
        """Whose it is."""
        return f"Choice of {self.user}"

    def values(self) -> dict[str, bool | int | str | None]:
        """Return it as the form has it."""
        quiet = {"quiet_from": self.quiet_from, "quiet_until": self.quiet_until, "zone": self.zone}
        return {**{kind.value: self.wants(kind) for kind in Kind}, **quiet}

    def wants(self, kind: Kind) -> bool:
        """Whether the person wants to know of this kind."""
        return bool(getattr(self, kind.value))

    @property
    def time_zone(self) -> zoneinfo.ZoneInfo:
        """The zone; UTC if this machine no longer knows it."""
        try:
            return zoneinfo.ZoneInfo(self.zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")


class Destination(models.Model):
    """Where a person is notified: an e-mail address or a service.

    One worker at a time sends to it: the one whose claim it has. A claim that is over is anybody's.
    """

    MAIL: ClassVar[str] = "E-mail"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="destinations")
    #: "E-mail", or the name of the service.
    service = models.CharField(max_length=40)
    #: With its secrets: only what sends may read it.
    address = models.CharField(max_length=LONGEST_ADDRESS)
    #: The address as it is shown.
    masked = models.CharField(max_length=LONGEST_ADDRESS)
    created_at = models.DateTimeField(auto_now_add=True)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    #: How often sending to it has failed in a row, since when, why, and when it is tried again.
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        """Oldest first; an address once for each person."""

        ordering = ("pk",)
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("user", "address"), name="destination_once_per_person"),
        )

    def __str__(self) -> str:
        """What may be shown of it."""
        return f"{self.service} {self.masked}"

    @property
    def state(self) -> str:
        """Whether the last message reached it."""
        return "failing" if self.failures else "active"

    @action(
        label="Remove",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Remove %(object)s?", text="Nothing is sent there any more, nor what waits for it."
            ),
        ),
    )
    def remove(self) -> None:
        """The person wants nothing to be sent there any more."""


class Watch(models.Model):
    """When needs were looked at last: one row, which whoever records what they found locks."""

    looked_at = models.DateTimeField()

    class Meta:
        """One row."""

        default_permissions = ()

    def __str__(self) -> str:
        """When it was."""
        return f"Looked at {self.looked_at}"


class KnownNeed(models.Model):
    """A need that holds, or has held until recently: see `timelapse.notifications.hysteresis`."""

    key = models.CharField(max_length=200, unique=True)
    begun_at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True)
    absent_since = models.DateTimeField(null=True)
    kind = models.CharField(max_length=20)
    permission = models.CharField(max_length=100)
    path = models.CharField(max_length=200)
    end_message = models.TextField(blank=True)

    class Meta:
        """Nobody's to change."""

        default_permissions = ()

    def __str__(self) -> str:
        """What it is."""
        return self.key


class Notification(models.Model):
    """What one person is notified of. The key is unique for each person, so that nothing is said twice."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    #: The need that it is about, when that began, and whether it is the begin or the end.
    need = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    is_end = models.BooleanField(default=False)
    permission = models.CharField(max_length=100, blank=True)
    message = models.TextField()
    remedy = models.TextField(blank=True)
    path = models.CharField(max_length=200, default="/")
    since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "-pk")
        default_permissions = ()
        indexes = (
            models.Index(fields=("user", "-created_at", "-id"), name="notification_newest_first"),
            models.Index(fields=("need",), name="notification_of_need"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("user", "need", "begun_at", "is_end"), name="notification_once_per_person"
            ),
        )

    def __str__(self) -> str:
        """What it says."""
        return self.message


class Delivery(models.Model):
    """One notification on its way to one destination."""

    class States(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        OUTDATED = "outdated", "Not sent: it was no longer so"
        GIVEN_UP = "given_up", "Could not be delivered"

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=20, choices=States.choices, default=States.WAITING)
    #: Before this nothing is sent: the end of quiet hours.
    due_at = models.DateTimeField()
    #: When it was sent, or when that was given up.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """Those that wait are looked for by time."""

        ordering = ("pk",)
        default_permissions = ()
        indexes = (models.Index(fields=("state", "due_at"), name="delivery_due"),)
        constraints = (models.UniqueConstraint(fields=("notification", "destination"), name="delivery_once"),)

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.get_state_display()}: {self.notification_id} to {self.destination_id}"
