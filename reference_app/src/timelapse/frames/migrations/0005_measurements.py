from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Frames that are stored from now on are measured; a run measures the others."""

    dependencies = [("frames", "0004_hidden_frames")]

    operations = [
        migrations.AddField(
            "frame", "fingerprint", models.CharField(blank=True, default="", editable=False, max_length=16)
        ),
        migrations.AddField("frame", "luma_ev", models.FloatField(editable=False, null=True)),
        migrations.AddField("frame", "sharpness", models.FloatField(editable=False, null=True)),
        migrations.AddField("frame", "zones_ev", models.JSONField(editable=False, null=True)),
        migrations.AddIndex(
            "frame",
            models.Index(condition=models.Q(luma_ev=None), fields=["camera"], name="frame_unmeasured"),
        ),
    ]
