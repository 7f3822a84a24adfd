"""Indexes, since quarantined files count when limits are checked."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_initial")]
    operations = [
        migrations.AddIndex(
            model_name="quarantined",
            index=models.Index(fields=["camera", "-at"], name="quarantined_by_camera"),
        ),
        migrations.AddIndex(
            model_name="quarantined",
            index=models.Index(
                fields=["at"], condition=models.Q(("file", ""), _negated=True), name="quarantined_kept"
            ),
        ),
    ]
