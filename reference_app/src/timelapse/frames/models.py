"""Frames: pictures that cameras took, whole and stored once."""

from __future__ import annotations

from django.db import models

from timelapse.cameras.models import Camera


class Frame(models.Model):
    """One picture. It exists only when its file is whole and on disk."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="frames")
    #: The agent's own id of the picture: whatever is sent again under it is not stored again.
    capture = models.CharField(max_length=80)
    #: Grows with each picture of a camera, also over restarts of its agent.
    sequence = models.PositiveBigIntegerField()
    captured_at = models.DateTimeField()
    #: How far ``captured_at`` can be trusted: synced, estimated or unknown.
    clock = models.CharField(max_length=10)
    #: The agent's boot and its monotonic clock (ns): they order a boot's frames even if its clock was wrong.
    boot = models.CharField(max_length=64, blank=True)
    monotonic_ns = models.PositiveBigIntegerField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    sha256 = models.CharField(max_length=64)
    #: Pixels as stored, before the orientation (EXIF, 1 to 8) is applied.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    orientation = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveBigIntegerField()
    #: Whole, or flawed: the decoder complained, yet left no pixel out.
    verdict = models.CharField(max_length=10, default="whole")
    #: The name that the camera gave the file: to be shown, never to be opened.
    filename = models.CharField(max_length=255, blank=True)
    exposure = models.JSONField(default=dict)
    #: Where the picture and its small copy lie, relative to the media root.
    file = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)

    class Meta:
        """A film's order: when it was taken, then the camera's own count."""

        ordering = ("camera_id", "captured_at", "sequence")
        constraints = (models.UniqueConstraint(fields=("camera", "capture"), name="frame_stored_once"),)
        indexes = (models.Index(fields=("camera", "captured_at", "sequence"), name="frame_in_film_order"),)

    def __str__(self) -> str:
        """The name by which reports mention it."""
        return self.filename or self.capture
