"""Pauses of queues as objects of the app: no table of their own."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("operations", "0001_initial"),
        ("queue_insight", "0003_collector_state"),
    ]

    operations = [
        migrations.CreateModel(
            name="QueuePause",
            fields=[],
            options={"proxy": True, "default_permissions": (), "indexes": [], "constraints": []},
            bases=("queue_insight.pausedqueue",),
        ),
    ]
