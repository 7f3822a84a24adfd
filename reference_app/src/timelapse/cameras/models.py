"""Cameras, and the codes by which new ones ask to be let in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from fsmlock import Lifecycle, transition
from timelapse.cameras.steering import new_command_id


class Camera(Lifecycle):
    """A camera whose agent may send frames, with the last thing that its agent said of itself."""

    class States(Lifecycle.States):
        """Whether the agent's token counts."""

        PAIRED = "paired"
        REVOKED = "revoked"

    initial_state = States.PAIRED

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    driver = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)
    #: SHA-256 of the agent's token; null until an approved agent has fetched it. Kept when revoked, so that
    #: the agent learns that it was, and when.
    token_hash = models.CharField(  # noqa: DJ001 - unique: two cameras without a token yet must not collide
        max_length=64, unique=True, null=True, editable=False
    )
    #: That of the token before a new pairing, until the new one is heard: an agent that never fetched the new
    #: one still shows the old one when it asks again. It opens no door.
    former_token_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, editable=False)

    #: This server's clock when the last heartbeat came; the agent's own clock may be years off.
    beat_at = models.DateTimeField(null=True, editable=False)
    #: When the agent promised the next one, by this server's clock, and the promise's margin in seconds.
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
    #: The boot of the last heartbeat: monotonic times of one boot are comparable.
    boot = models.CharField(max_length=64, blank=True, editable=False)
    #: The configuration that the agent has taken, and why it refused a newer one.
    config_revision = models.PositiveIntegerField(default=0, editable=False)
    config_error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        """Oldest first: a new camera does not move the others about."""

        ordering = ("created_at", "id")

    def __str__(self) -> str:
        """The name, as people call it."""
        return self.name

    @transition(
        source=States.PAIRED, target=States.REVOKED, label="Revoke", permission="cameras.change_camera"
    )
    def revoke(self) -> None:
        """Let the agent's token count no more."""

    @transition(source=States.REVOKED, target=States.PAIRED, label="Let in again", internal=True)
    def reinstate(self) -> None:
        """Take the agent back that was shut out: it has asked, and its code was approved."""


class Pairing(models.Model):
    """An agent that shows a code and waits until somebody approves it (the shape of RFC 8628)."""

    device_code_hash = models.CharField(max_length=64, unique=True, editable=False)
    user_code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=80)
    driver = models.CharField(max_length=40)
    model = models.CharField(max_length=120, blank=True)
    agent = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    polled_at = models.DateTimeField(null=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Whose token the agent already had: once approved it goes on as that camera, with a new token.
    again = models.ForeignKey(Camera, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    #: Made when the code is approved; its token when the agent fetches it.
    camera = models.ForeignKey(Camera, null=True, on_delete=models.CASCADE, related_name="pairings")

    def __str__(self) -> str:
        """The code and who shows it."""
        return f"{self.user_code} ({self.name})"


class Configuration(models.Model):
    """What is wished of an agent; the highest revision counts, the others tell who wished what before."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="configurations")
    revision = models.PositiveIntegerField()
    interval_s = models.FloatField()
    #: Tables of the agent's settings; null leaves the agent's own.
    schedule = models.JSONField(null=True)
    exposure = models.JSONField(null=True)
    delivery = models.JSONField(null=True)
    wished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Stays when the account goes.
    wished_by_name = models.CharField(max_length=150)
    wished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering = ("camera_id", "-revision")
        constraints = (models.UniqueConstraint(fields=("camera", "revision"), name="configuration_revision"),)

    def __str__(self) -> str:
        """Which one."""
        return f"configuration {self.revision} of {self.camera_id}"


class Command(models.Model):
    """What somebody had an agent do, and what became of it: told until acknowledged, kept as audit."""

    id = models.CharField(primary_key=True, max_length=32, default=new_command_id, editable=False)
    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="commands")
    name = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    #: The place in the tree of causes below which the agent goes on: what somebody clicked.
    cause = models.JSONField(default=dict, editable=False)
    #: waiting, running, done or failed.
    state = models.CharField(max_length=10, default="waiting")
    message = models.CharField(max_length=500, blank=True)
    #: The capture or preview that it made.
    capture = models.CharField(max_length=80, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: Stays when the account goes.
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField(auto_now_add=True)
    #: When an answer first carried it, and when the agent last said something of it.
    told_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; found by camera."""

        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=("camera", "-asked_at"), name="command_by_camera"),)

    def __str__(self) -> str:
        """What was asked."""
        return f"{self.name} ({self.state})"


class Record(models.Model):
    """What an agent told besides pictures: why some are missing, and messages of its log."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="records")
    #: The agent's own id of the record: whatever is sent again under it is not stored again.
    record = models.CharField(max_length=120)
    #: gap or log.
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    clock = models.CharField(max_length=10)
    #: Of a gap: the stretch without pictures.
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
