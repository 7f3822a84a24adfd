"""Recognises log files by their content, and measures cancelled actions like failed ones."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("eliot_progress", "0004_plain_names")]

    operations = [
        migrations.AddField(
            model_name="logfile",
            name="mark",
            field=models.CharField(blank=True, default="", max_length=16),
            preserve_default=False,
        ),
        migrations.RemoveIndex(model_name="logmessage", name="ep_message_unmeasured"),
        migrations.AddIndex(
            model_name="logmessage",
            index=models.Index(
                condition=models.Q(
                    ("duration_s__isnull", True), ("status__in", ("succeeded", "failed", "cancelled"))
                ),
                fields=["causal_id"],
                name="ep_message_unmeasured",
            ),
        ),
    ]
