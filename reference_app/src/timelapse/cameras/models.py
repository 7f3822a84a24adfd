"""Cameras, and the codes by which new ones ask to be let in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from fsmlock import Lifecycle, transition


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
