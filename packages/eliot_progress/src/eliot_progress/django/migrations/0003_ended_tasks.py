"""Finds the tasks that ended lately, of each outcome."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eliot_progress", "0002_full_text")]

    operations = [
        migrations.AddIndex(
            model_name="taskrecord",
            index=models.Index(
                condition=models.Q(("outcome", ""), _negated=True),
                fields=["outcome", "-heard_at", "-id"],
                name="ep_task_ended",
            ),
        )
    ]
