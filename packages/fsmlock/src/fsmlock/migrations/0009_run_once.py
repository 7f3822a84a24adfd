from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Run it before the code is deployed: older code enqueues runs without a key, which exclude nobody."""

    dependencies = [("fsmlock", "0008_run_attempts")]

    operations = [
        migrations.AddField(
            "run",
            "unique_key",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            "run", "once", models.BooleanField(default=False, db_default=False, editable=False)
        ),
        migrations.AddConstraint(
            "run",
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=~models.Q(unique_key="")
                & (models.Q(once=True) | ~models.Q(state__in=["cancelled", "succeeded", "failed"])),
                name="fsmlock_run_once",
            ),
        ),
    ]
