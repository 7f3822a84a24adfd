"""Find the runs of a state by their end. Run it at any time: code that runs goes on."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0017_hold_claim")]

    operations = [
        migrations.AddIndex(
            "run", models.Index(fields=["state", "ended_at", "id"], name="fsmlock_run_by_state")
        ),
    ]
