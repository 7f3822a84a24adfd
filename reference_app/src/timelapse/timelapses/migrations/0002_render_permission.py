"""A permission of its own to render movies of a timelapse."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("timelapses", "0001_initial")]
    operations = [
        migrations.AlterModelOptions(
            name="timelapse",
            options={
                "ordering": ("created_at", "pk"),
                "permissions": (("render_timelapse", "Can render timelapse"),),
            },
        ),
    ]
