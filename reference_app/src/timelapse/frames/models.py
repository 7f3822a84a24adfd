"""Frames: pictures that cameras took, each stored once."""

from __future__ import annotations

from django.db import models

from timelapse.cameras.models import Camera


class Frame(models.Model):
    """One picture. The row exists only when the whole file is on disk."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="frames")
    #: The agent's id of the picture; a repeated upload with this id is not stored again.
    capture = models.CharField(max_length=80)
    #: Increases with each picture of a camera, also across restarts of its agent.
    sequence = models.PositiveBigIntegerField()
    captured_at = models.DateTimeField()
    #: Quality of ``captured_at``: synced, estimated or unknown.
    clock = models.CharField(max_length=10)
    #: The agent's boot and monotonic clock (ns), which order its frames even if its wall clock was wrong.
    boot = models.CharField(max_length=64, blank=True)
    monotonic_ns = models.PositiveBigIntegerField(null=True)
    received_at = models.DateTimeField(auto_now_add=True)
    sha256 = models.CharField(max_length=64)
    #: Pixels as stored, before the orientation (EXIF, 1 to 8) is applied.
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    orientation = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveBigIntegerField()
    #: Whole, or flawed: the decoder complained but returned every pixel.
    verdict = models.CharField(max_length=10, default="whole")
    #: The camera's file name: for display only, never used as a path.
    filename = models.CharField(max_length=255, blank=True)
    exposure = models.JSONField(default=dict)
    #: See `Measurements`. Null, and an empty fingerprint: not known.
    luma_ev = models.FloatField(null=True, editable=False)
    zones_ev = models.JSONField(null=True, editable=False)
    sharpness = models.FloatField(null=True, editable=False)
    fingerprint = models.CharField(max_length=16, blank=True, default="", editable=False)
    #: How far its content is shifted from that of the frame with the primary key ``shift_after``, in shares
    #: of its width and height; null: it can't be told. Measured when a movie is steadied.
    shift_after = models.PositiveBigIntegerField(null=True, editable=False)
    shift_x = models.FloatField(null=True, editable=False)
    shift_y = models.FloatField(null=True, editable=False)
    #: Paths of the picture and its thumbnail, relative to the media root.
    file = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)
    #: When somebody hid it, and who: it is kept and shown to those who look for it, but is in no movie.
    hidden_at = models.DateTimeField(null=True, editable=False)
    hidden_by = models.CharField(max_length=150, blank=True, editable=False)

    class Meta:
        """Playing order: capture time, then the camera's sequence."""

        ordering = ("camera_id", "captured_at", "sequence")
        constraints = (models.UniqueConstraint(fields=("camera", "capture"), name="frame_stored_once"),)
        indexes = (
            models.Index(fields=("camera", "captured_at", "sequence"), name="frame_in_film_order"),
            models.Index(fields=("camera", "received_at"), name="frame_by_arrival"),
            # A partial index: it matches few frames and costs little.
            models.Index(
                fields=("camera", "boot"),
                condition=~models.Q(clock="synced"),
                name="frame_of_a_doubtful_clock",
            ),
            models.Index(fields=("camera",), condition=models.Q(luma_ev=None), name="frame_unmeasured"),
        )

    def __str__(self) -> str:
        """The file name, or the capture id."""
        return self.filename or self.capture


class ClockFix(models.Model):
    """A clock correction for one boot of an agent; frames of that boot are re-timed with it."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="clock_fixes")
    boot = models.CharField(max_length=64)
    offset_ns = models.BigIntegerField()
    error_ms = models.FloatField()
    #: ntp or server.
    source = models.CharField(max_length=10)
    learnt_at = models.DateTimeField(auto_now=True)
    #: Whether all earlier frames have been re-timed; later ones are corrected on arrival.
    settled = models.BooleanField(default=False)

    class Meta:
        """One row per boot: the best fix."""

        constraints = (models.UniqueConstraint(fields=("camera", "boot"), name="clock_fix_of_a_boot"),)
        indexes = (
            models.Index(fields=("id",), condition=models.Q(settled=False), name="clock_fix_unsettled"),
        )

    def __str__(self) -> str:
        """The boot and the source."""
        return f"{self.boot} by {self.source}"


class Preview(models.Model):
    """A small picture of what a camera sees. It is not part of a timelapse; only the newest are kept."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="previews")
    capture = models.CharField(max_length=80)
    #: The capture that it is a small copy of; empty if it was requested by itself.
    of = models.CharField(max_length=80, blank=True)
    sequence = models.PositiveBigIntegerField()
    captured_at = models.DateTimeField()
    clock = models.CharField(max_length=10)
    received_at = models.DateTimeField(auto_now_add=True)
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    #: Of a picture of the focus aid: how sharp it is, as `Measurements` say; null: another preview.
    sharpness = models.FloatField(null=True)
    #: Relative to the media root.
    file = models.CharField(max_length=200)

    class Meta:
        """Newest first; each capture once."""

        ordering = ("camera_id", "-captured_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("camera", "capture"), name="preview_stored_once"),)

    def __str__(self) -> str:
        """The capture's id."""
        return self.capture


class Intake(models.Model):
    """Count and bytes of a camera's frames per day (UTC, by arrival), for checking upload limits."""

    camera = models.ForeignKey(Camera, on_delete=models.CASCADE, related_name="intake")
    day = models.DateField()
    frames = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        """One row per camera and day."""

        constraints = (models.UniqueConstraint(fields=("camera", "day"), name="intake_of_a_day"),)

    def __str__(self) -> str:
        """The day and its bytes."""
        return f"{self.day}: {self.bytes} bytes"
