"""Adds samples of heartbeats, for charts."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cameras", "0008_heartbeat_at")]
    operations = [
        migrations.CreateModel(
            name="HealthSample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("temperature_c", models.FloatField(null=True)),
                ("battery_percent", models.FloatField(null=True)),
                ("driver_battery_percent", models.FloatField(null=True)),
                ("disk_free", models.PositiveBigIntegerField(null=True)),
                ("spool_pending", models.PositiveIntegerField(null=True)),
                (
                    "camera",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health_samples",
                        to="cameras.camera",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("camera", "slot"), name="health_sample_in_slot")
                ],
            },
        ),
    ]
