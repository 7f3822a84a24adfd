from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Whether a latest movie is kept; of no timelapse so far."""

    dependencies = [("timelapses", "0002_render_permission")]

    operations = [
        migrations.AddField(
            "timelapse", "latest_every_s", models.PositiveIntegerField(null=True, editable=False)
        ),
        migrations.AddField("timelapse", "latest_options", models.JSONField(default=dict, editable=False)),
        migrations.AddField(
            "timelapse", "latest_requested_at", models.DateTimeField(null=True, editable=False)
        ),
    ]
