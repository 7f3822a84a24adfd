from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """How far frames are shifted; measured when a movie that shows them is steadied."""

    dependencies = [("frames", "0005_measurements")]

    operations = [
        migrations.AddField(
            "frame", "shift_after", models.PositiveBigIntegerField(editable=False, null=True)
        ),
        migrations.AddField("frame", "shift_x", models.FloatField(editable=False, null=True)),
        migrations.AddField("frame", "shift_y", models.FloatField(editable=False, null=True)),
    ]
