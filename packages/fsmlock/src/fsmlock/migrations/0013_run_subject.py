from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Run it before the code is deployed: older code enqueues runs without a subject."""

    dependencies = [("fsmlock", "0012_post_functions_v3")]

    operations = [
        migrations.AddField(
            "run",
            "subject",
            models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
        ),
        migrations.AddIndex(
            "run", models.Index(fields=["subject", "ended_at"], name="fsmlock_run_of_subject")
        ),
    ]
