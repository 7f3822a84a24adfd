"""Quarantined files of cameras, with the reasons."""

from __future__ import annotations

from django.db import models

from timelapse.cameras.models import Camera


class Quarantined(models.Model):
    """A file that arrived complete but is no usable picture."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="+")
    capture = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    bytes = models.PositiveBigIntegerField()
    #: Relative to the media root; empty once the file was removed to make room for newer ones.
    file = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        """Newest first; one row per capture, however often it is sent."""

        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=("camera", "capture"), name="quarantined_once"),)
        indexes = (
            models.Index(fields=("camera", "-at"), name="quarantined_by_camera"),
            models.Index(fields=("at",), condition=~models.Q(file=""), name="quarantined_kept"),
        )

    def __str__(self) -> str:
        """Name and reason."""
        return f"{self.filename or self.capture}: {self.code}"
