"""Why a latest movie was refused; of no timelapse so far."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timelapses", "0005_own_retention")]
    operations = [
        migrations.AddField("timelapse", "latest_refusals", models.JSONField(default=list, editable=False))
    ]
