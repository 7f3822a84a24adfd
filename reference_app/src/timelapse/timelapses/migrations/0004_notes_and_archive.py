"""Notes, and an index by which the timelapses of a new frame are found."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timelapses", "0003_latest_movie")]
    operations = [
        migrations.AddField("timelapse", "notes", models.TextField(blank=True, default="", max_length=2000)),
        migrations.AddIndex(
            "timelapse", models.Index(fields=["camera", "state", "ends_at"], name="timelapse_by_end")
        ),
    ]
