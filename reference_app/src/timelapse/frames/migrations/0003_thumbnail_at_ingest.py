from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Thumbnails are written with their frames; missing ones are written when they are first shown."""

    dependencies = [("frames", "0002_clocks_previews_ledger")]

    operations = [
        migrations.RemoveIndex(model_name="frame", name="frame_without_thumbnail"),
        migrations.RemoveField(model_name="frame", name="thumbnailed"),
    ]
