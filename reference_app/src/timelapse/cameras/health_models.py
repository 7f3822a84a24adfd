"""What is kept of heartbeats, for charts."""

from __future__ import annotations

from django.db import models


class HealthSample(models.Model):
    """What the first heartbeat in five minutes said of a machine; null: it was not measured."""

    #: The constraint's index finds them.
    camera = models.ForeignKey(
        "cameras.Camera", on_delete=models.CASCADE, related_name="health_samples", db_index=False
    )
    #: See `timelapse.cameras.sample_slots.slot_of`.
    slot = models.PositiveIntegerField()
    #: When the heartbeat arrived, by this server's clock.
    at = models.DateTimeField()
    temperature_c = models.FloatField(null=True)
    battery_percent = models.FloatField(null=True)
    driver_battery_percent = models.FloatField(null=True)
    #: Bytes.
    disk_free = models.PositiveBigIntegerField(null=True)
    #: Captures.
    spool_pending = models.PositiveIntegerField(null=True)

    class Meta:
        """One in each slot; whoever may view the camera may view them, and nobody edits them."""

        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("camera", "slot"), name="health_sample_in_slot"),)

    def __str__(self) -> str:
        """When it was taken."""
        return f"health at {self.at}"
