"""Cameras, pairing requests, desired configurations, commands and records."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from fsmlock import Confirmation, InputField, Lifecycle, Lock, Locks, Offer, Reason, action, transition
from timelapse.cameras.command_rules import (
    COMMAND_LIFETIME,
    LABELS,
    OPEN_STATES,
    PERMISSION,
    CommandName,
    in_progress,
    lacks_focus_aid,
    never_connected,
    new_command_id,
)
from timelapse.cameras.health import Health
from timelapse.cameras.health_models import HealthSample  # noqa: F401 - Django looks for it here
from timelapse.cameras.naming import LONGEST_NAME, NAME
from timelapse.cameras.settings_form import input_fields, to_form
from timelapse.cameras.timelapse_offer import ADD_TIMELAPSE, TIMELAPSE_OFFER
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fsmlock.offers import Value
    from timelapse.cameras.settings import Values

#: Whether a deletion stops the workers that render movies; otherwise such a movie is in the way.
STOP_MOVIES: Final = InputField(
    name="stop_movies", kind="yes_or_no", label="Stop movies that are being rendered", default=False
)


def has_connected(camera: Camera) -> Reason | None:
    """Require an agent that has sent a heartbeat."""
    return None if camera.heartbeat_at is not None else never_connected(camera.name)


def has_focus_aid(camera: Camera) -> Reason | None:
    """Require an agent that says what its focus aid does."""
    return lacks_focus_aid(camera.name) if Health.from_json(camera.health).focus == "" else None


def is_idle(command: CommandName) -> Callable[[Camera], Reason | None]:
    """Require that no such command is in progress."""

    def condition(camera: Camera) -> Reason | None:
        return in_progress(command) if command in camera.open_commands else None

    return condition


def current_name(camera: Camera) -> dict[str, Value]:
    """Return what the field of `Camera.rename` has at first."""
    return {"name": camera.name}


def current_settings(camera: Camera) -> dict[str, Value]:
    """Return what the form of a camera's settings has at first."""
    return to_form(camera.desired_values)


class Camera(Lifecycle):
    """A camera and the content of its agent's last heartbeat."""

    class States(Lifecycle.States):
        """Whether the agent's token is valid."""

        PAIRED = "paired"
        REVOKED = "revoked"

    initial_state = States.PAIRED

    #: "import": captures are imported from a drive; "retime": frames get their true times. Both can happen
    #: at once. "thin": the retention removes old frames. "delete": the camera is deleted with all it has.
    #: The camera's timelapses inherit all four, and movies inherit "delete" through them: no movie is
    #: rendered while its frames change.
    locks = Locks(
        Lock("import", together_with={"retime"}),
        Lock("retime", together_with={"import"}),
        Lock("thin"),
        Lock("delete"),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    driver = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)
    #: SHA-256 of the agent's token; null until an approved agent has fetched it. Kept when revoked, so that
    #: the server can answer that it was revoked, and when.
    token_hash = models.CharField(  # noqa: DJ001 - unique: two cameras without a token yet must not collide
        max_length=64, unique=True, null=True, editable=False
    )
    #: SHA-256 of the token before the last pairing, until the new token is used: an agent that never received
    #: the new one sends this one when it asks to be paired again. It authenticates nothing else.
    previous_token_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    #: Who revoked it; kept when the account is deleted.
    revoked_by_name = models.CharField(max_length=150, blank=True, editable=False)

    #: When the last heartbeat arrived, by this server's clock: the agent's own may be years off.
    heartbeat_at = models.DateTimeField(null=True, editable=False)
    #: When the next heartbeat is due, by this server's clock, and the tolerance in seconds.
    next_by = models.DateTimeField(null=True, editable=False)
    grace_s = models.FloatField(default=0, editable=False)
    agent_state = models.CharField(max_length=20, blank=True, editable=False)
    state_detail = models.CharField(max_length=500, blank=True, editable=False)
    spool_pending = models.PositiveIntegerField(default=0, editable=False)
    spool_bytes = models.PositiveBigIntegerField(default=0, editable=False)
    spool_refused = models.PositiveIntegerField(default=0, editable=False)
    disk_free = models.PositiveBigIntegerField(null=True, editable=False)
    disk_total = models.PositiveBigIntegerField(null=True, editable=False)
    versions = models.JSONField(default=dict, editable=False)
    #: See `timelapse.cameras.health.Health`.
    health = models.JSONField(default=dict, editable=False)
    #: The agent's boot id: monotonic times of one boot are comparable.
    boot = models.CharField(max_length=64, blank=True, editable=False)
    #: The configuration revision that the agent applies, and why it refused a newer one.
    config_revision = models.PositiveIntegerField(default=0, editable=False)
    config_error = models.CharField(max_length=500, blank=True, editable=False)

    #: Until when its agent takes pictures for the focus aid.
    focus_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        """Oldest first, so that a new camera doesn't move the others."""

        ordering = ("created_at", "id")

    def __str__(self) -> str:
        """The camera's name."""
        return self.name

    @cached_property
    def open_commands(self) -> frozenset[str]:
        """The names of the commands that have not ended, as they are at the first look."""
        return frozenset(Command.open(timezone.now()).filter(camera=self.pk).values_list("name", flat=True))

    @cached_property
    def desired_values(self) -> Values:
        """The settings that a user set, as they are at the first look."""
        newest = Configuration.objects.filter(camera=self.pk).first()
        return {"interval_s": conf.get().frame_interval_s} if newest is None else newest.values()

    @action(
        source=States.PAIRED,
        label="Change settings",
        permission=PERMISSION,
        offer=Offer(input=input_fields(), initial=current_settings),
    )
    def configure(self, **values: object) -> None:
        """A user sets how it captures and delivers."""

    @action(
        source=[States.PAIRED, States.REVOKED],
        label="New timelapse",
        permission=ADD_TIMELAPSE,
        offer=TIMELAPSE_OFFER,
    )
    def create_timelapse(self, **values: object) -> None:
        """A user wants a timelapse of its frames, of all time or of a period."""

    @action(
        source=States.PAIRED,
        label=LABELS["capture"],
        conditions=[has_connected, is_idle("capture")],
        permission=PERMISSION,
        offer=Offer(kind="primary"),
    )
    def capture(self) -> None:
        """A user wants a picture now, whatever the schedule says."""

    @action(
        source=States.PAIRED,
        label=LABELS["preview"],
        conditions=[has_connected, is_idle("preview")],
        permission=PERMISSION,
    )
    def preview(self) -> None:
        """A user wants a preview, which does not become a frame."""

    @action(
        source=States.PAIRED,
        label="Focus aid",
        conditions=[has_connected, has_focus_aid],
        permission=PERMISSION,
    )
    def focus(self) -> None:
        """A user stands at the lens and wants to see how sharp it is, again and again."""

    @action(
        source=States.PAIRED,
        label=LABELS["deliver"],
        conditions=[has_connected, is_idle("deliver")],
        permission=PERMISSION,
    )
    def deliver(self) -> None:
        """A user wants all pending captures, whatever the delivery settings say."""

    @action(
        source=States.PAIRED,
        label=LABELS["collect_logs"],
        conditions=[has_connected, is_idle("collect_logs")],
        permission=PERMISSION,
    )
    def collect_logs(self) -> None:
        """A user wants the agent's newest log messages."""

    @action(
        source=States.PAIRED,
        label=LABELS["restart"],
        conditions=[has_connected, is_idle("restart")],
        permission=PERMISSION,
    )
    def restart(self) -> None:
        """A user restarts the agent."""

    @action(
        source=[States.PAIRED, States.REVOKED],
        label="Rename",
        permission=PERMISSION,
        offer=Offer(input=(NAME,), initial=current_name),
    )
    def rename(self, **values: object) -> None:
        """A user gives it another name."""

    @transition(
        source=States.PAIRED,
        target=States.REVOKED,
        label="Revoke",
        permission="cameras.change_camera",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Revoke %(object)s?",
                text="The camera can't send frames until you pair it again. Existing frames are kept.",
            ),
        ),
    )
    def revoke(self) -> None:
        """Revoke the agent's token."""

    @transition(
        source=[States.PAIRED, States.REVOKED],
        target=States.DELETING,
        needs="delete",
        label="Delete",
        permission="cameras.delete_camera",
        offer=Offer(
            kind="danger",
            confirm=Confirmation(
                title="Delete %(object)s?",
                text="Its timelapses, their movies and all frames are deleted permanently.",
            ),
            input=(STOP_MOVIES,),
        ),
    )
    def start_deleting(self) -> None:
        """A user deletes it: its timelapses, movies and frames are deleted, and its row at last."""

    @transition(source=States.REVOKED, target=States.PAIRED, label="Reinstate", internal=True)
    def reinstate(self) -> None:
        """Pair a revoked agent again: it has asked, and its code was approved."""


class Pairing(models.Model):
    """A pairing request: an agent shows a code and waits for its approval (device flow of RFC 8628)."""

    device_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    user_code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    driver = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)
    agent = models.CharField(max_length=80, blank=True)
    #: Where the request came from, and the network by which requests are limited.
    address = models.CharField(max_length=45, blank=True, editable=False)
    network = models.CharField(max_length=50, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    polled_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The camera whose token the agent sent: once approved, the agent gets a new token for it.
    existing_camera = models.ForeignKey(
        Camera, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    #: Set when the code is approved. Its token is created when the agent fetches it.
    camera = models.ForeignKey(Camera, null=True, on_delete=models.CASCADE, related_name="pairings")

    def __str__(self) -> str:
        """The code and who shows it."""
        return f"{self.user_code} ({self.name})"


class Configuration(models.Model):
    """A revision of a camera's desired configuration; the highest one applies."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="configurations")
    revision = models.PositiveIntegerField()
    interval_s = models.FloatField()
    #: Tables of settings; null leaves those of the agent's own file in place.
    schedule = models.JSONField(null=True)
    exposure = models.JSONField(null=True)
    delivery = models.JSONField(null=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Kept when the account is deleted.
    updated_by_name = models.CharField(max_length=150)
    updated_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("camera_id", "-revision")
        constraints = (models.UniqueConstraint(fields=("camera", "revision"), name="configuration_revision"),)

    def __str__(self) -> str:
        """Revision and camera."""
        return f"configuration {self.revision} of {self.camera_id}"

    def values(self) -> Values:
        """Return its settings as they were entered."""
        tables = {"schedule": self.schedule, "exposure": self.exposure, "delivery": self.delivery}
        stored = {name: table for name, table in tables.items() if table is not None}
        return {"interval_s": self.interval_s} | stored


class Command(models.Model):
    """A command to an agent and its result. It is sent until acknowledged, and kept as an audit trail."""

    id = models.CharField(primary_key=True, max_length=32, default=new_command_id, editable=False)
    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="commands")
    name = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    #: Trace context of the request that issued it; the agent's actions continue below it.
    cause = models.JSONField(default=dict, editable=False)
    #: waiting, running, done or failed.
    state = models.CharField(max_length=10, default="waiting")
    message = models.CharField(max_length=500, blank=True)
    #: Id of the capture or preview that it took.
    capture = models.CharField(max_length=80, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Kept when the account is deleted.
    requested_by_name = models.CharField(max_length=150)
    requested_at = models.DateTimeField(auto_now_add=True)
    #: When it was first sent to the agent, and when the agent last reported on it.
    sent_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; indexed by camera."""

        ordering = ("-requested_at", "-id")
        indexes = (models.Index(fields=("camera", "-requested_at"), name="command_by_camera"),)

    def __str__(self) -> str:
        """Name and state."""
        return f"{self.name} ({self.state})"

    @classmethod
    def open(cls, now: datetime) -> models.QuerySet[Command]:
        """Return the commands that have neither ended nor expired."""
        return cls.objects.filter(state__in=OPEN_STATES, requested_at__gt=now - COMMAND_LIFETIME)


class Record(models.Model):
    """A record of an agent: a gap with its reason, or a log message."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="records")
    #: The agent's id of the record; each is stored once.
    record = models.CharField(max_length=120)
    #: gap or log.
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    clock = models.CharField(max_length=10)
    #: Of a gap: the period without captures.
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first; each once."""

        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("camera", "record"), name="record_stored_once"),)
        indexes = (models.Index(fields=("camera", "kind", "-at"), name="record_by_kind"),)

    def __str__(self) -> str:
        """Kind and id."""
        return f"{self.kind} {self.record}"
