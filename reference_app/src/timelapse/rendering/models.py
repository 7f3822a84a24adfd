"""Movies: what is made of a timelapse's frames."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from fsmlock import Lifecycle, transition
from timelapse.timelapses.models import Timelapse


class Movie(Lifecycle, models.Model):
    """A movie that somebody asked for, from the wish to the file.

    - new → queued: Somebody asked for it; a task is in the queue.
    - queued → rendering: A worker took the timelapse's render lock and begins.
    - rendering → ready: The file is verified and in its place.
    - rendering → queued: Its worker died or lost the lock; another one shall do it.
    - queued → failed: Too many workers died of it.
    - rendering → failed: It can't be made; the failure's fields say why, and what to do.
    - queued → cancelled: Somebody asked to call it off.
    - rendering → cancelled: Somebody asked to stop it, and its worker did.
    - failed → queued: Somebody asked to try again.
    - cancelled → queued: Somebody wants it after all.
    - ready → deleting: Somebody doesn't want it any more; its files go.
    - failed → deleting: Somebody doesn't want to see it any more.
    - cancelled → deleting: Somebody doesn't want to see it any more.
    - deleting → deleted: Its files are gone; the row remains, hidden.
    """

    class States(Lifecycle.States):
        """The base states, and those of work that waits, runs or was called off."""

        QUEUED = "queued"
        RENDERING = "rendering"
        CANCELLED = "cancelled"

    initial_state: ClassVar[str] = States.QUEUED

    timelapse = models.ForeignKey(Timelapse, on_delete=models.PROTECT, related_name="movies")
    fps = models.FloatField()
    #: Pixels, both even.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    #: Frames to show; once ready, the frames that are in the file.
    frame_count = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, editable=False)
    #: 32 hex digits that join the request, every task sent for it and all their log messages.
    causal_id = models.CharField(max_length=32, blank=True, editable=False)
    #: The place in the tree of causes under which its tasks are sent, also when they are sent again later.
    cause = models.JSONField(default=dict, editable=False)

    #: The task that was sent last, and when, by the database's clock.
    task_id = models.CharField(max_length=36, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    #: The token of the hold under which it is, or was last, rendered: whose movie a running hold makes.
    token = models.PositiveBigIntegerField(null=True, editable=False)
    #: How often a worker has begun it since it was asked for.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    #: What the file is: counted by decoding it.
    bytes = models.PositiveBigIntegerField(null=True, editable=False)
    duration_s = models.FloatField(null=True, editable=False)
    #: Frames that aren't in it, each with ``frame``, ``code`` and ``reason``.
    left_out = models.JSONField(default=list, editable=False)
    failure_code = models.CharField(max_length=40, blank=True, editable=False)
    failure_message = models.TextField(blank=True, editable=False)
    failure_remedy = models.TextField(blank=True, editable=False)

    class Meta:
        """Newest first."""

        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=("timelapse", "-created_at", "-id"), name="movie_newest_first"),)

    def __str__(self) -> str:
        """The name, as reports mention it."""
        return f"Movie {self.pk}"

    # Of the base lifecycle's arrows these two don't exist here: a movie is made by rendering it.
    initialise = None
    recover = None

    @transition(source=[States.QUEUED, States.RENDERING], target=States.RENDERING, internal=True)
    def start(self) -> None:
        """A worker holds the timelapse's render lock and begins, or begins anew where another one died."""

    @transition(source=States.RENDERING, target=States.READY, internal=True)
    def finish(self) -> None:
        """The file is verified and in its place."""

    @transition(source=States.RENDERING, target=States.QUEUED, internal=True)
    def requeue(self) -> None:
        """Its worker died or lost the lock: another one shall render it."""

    @transition(source=[States.QUEUED, States.RENDERING], target=States.FAILED, internal=True)
    def fail(self) -> None:
        """It can't be made; the failure says why and what to do."""

    @transition(source=[States.QUEUED, States.RENDERING], target=States.CANCELLED, label="Cancel")
    def cancel(self) -> None:
        """Somebody asked to stop it."""

    @transition(source=[States.FAILED, States.CANCELLED], target=States.QUEUED, label="Retry")
    def retry(self) -> None:
        """Somebody asked to try again."""

    @transition(
        source=[States.READY, States.FAILED, States.CANCELLED], target=States.DELETING, label="Delete"
    )
    def start_deleting(self) -> None:
        """Somebody doesn't want it any more: its files go."""

    @transition(source=States.DELETING, target=States.DELETED, internal=True)
    def finish_deleting(self) -> None:
        """Its files are gone."""
