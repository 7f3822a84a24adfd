"""A retention of its own; of no timelapse so far."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timelapses", "0004_notes_and_archive")]
    operations = [
        migrations.AddField(
            "timelapse", "keep_all_days", models.PositiveIntegerField(null=True, editable=False)
        ),
        migrations.AddField(
            "timelapse", "keep_every", models.PositiveIntegerField(null=True, editable=False)
        ),
    ]
