"""Gives two times plain names: when a report was received, and when an action last logged a message."""

from __future__ import annotations

from django.db import migrations, models

# The databases rename the columns inside of their indexes; Django's state has to follow.
_INDEXES = [
    migrations.RemoveIndex("taskrecord", "ep_task_ended"),
    migrations.RemoveIndex("logaction", "ep_action_roots"),
    migrations.AddIndex(
        "taskrecord",
        models.Index(
            condition=models.Q(("outcome", ""), _negated=True),
            fields=["outcome", "-received_at", "-id"],
            name="ep_task_ended",
        ),
    ),
    migrations.AddIndex(
        "logaction",
        models.Index(
            condition=models.Q(("parent", None)), fields=["-last_message_at"], name="ep_action_roots"
        ),
    ),
]


class Migration(migrations.Migration):
    dependencies = [("eliot_progress", "0003_ended_tasks")]

    operations = [
        migrations.RenameField("taskrecord", "heard_at", "received_at"),
        migrations.RenameField("logaction", "seen_at", "last_message_at"),
        migrations.SeparateDatabaseAndState(state_operations=_INDEXES),
    ]
