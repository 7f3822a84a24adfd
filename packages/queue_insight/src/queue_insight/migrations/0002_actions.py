"""Permissions of the actions, the queues that somebody paused, and the record of all actions."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("queue_insight", "0001_permissions")]
    operations = [
        migrations.AlterModelOptions(
            name="queue",
            options={
                "default_permissions": ("view",),
                "managed": False,
                "permissions": (
                    ("cancel_task", "Can cancel tasks"),
                    ("retry_task", "Can send failed tasks again"),
                    ("purge_queue", "Can delete all waiting tasks of a queue"),
                    ("pause_queue", "Can pause and resume queues"),
                    ("resize_worker", "Can change the number of slots of workers"),
                    ("limit_task", "Can limit the rate of tasks"),
                    ("shut_down_worker", "Can shut down workers"),
                ),
                "verbose_name": "queue",
                "verbose_name_plural": "queues, tasks and workers",
            },
        ),
        migrations.CreateModel(
            name="PausedQueue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=128, unique=True)),
                ("name", models.TextField()),
                ("by", models.CharField(max_length=150)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("workers", models.JSONField(default=list)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ActionRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=150, verbose_name="user")),
                ("action", models.CharField(max_length=32)),
                ("target", models.TextField()),
                ("number", models.BigIntegerField(null=True, verbose_name="how many")),
                ("result", models.TextField(default="Begun; how it ended is not known.")),
            ],
            options={"verbose_name": "action", "ordering": ("-pk",), "default_permissions": ("view",)},
        ),
    ]
