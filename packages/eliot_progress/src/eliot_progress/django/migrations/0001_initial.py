from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LogFile",
            fields=[
                ("path", models.TextField(primary_key=True, serialize=False)),
                ("inode", models.BigIntegerField()),
                ("offset", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="LogAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("causal_id", models.CharField(max_length=32)),
                ("path", models.TextField(blank=True)),
                ("parent", models.TextField(null=True)),
                ("action_type", models.CharField(blank=True, max_length=200)),
                ("status", models.CharField(blank=True, max_length=16)),
                ("started_at", models.FloatField(null=True)),
                ("ended_at", models.FloatField(null=True)),
                ("duration_s", models.FloatField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("done", models.FloatField(null=True)),
                ("total", models.FloatField(null=True)),
                ("unit", models.CharField(blank=True, max_length=200)),
                ("seq", models.BigIntegerField(null=True)),
                ("seen_at", models.FloatField()),
            ],
            options={
                "verbose_name": "action",
                "indexes": [
                    models.Index(fields=["causal_id", "parent", "path"], name="ep_action_parent"),
                    models.Index(
                        condition=models.Q(("parent", None)), fields=["-seen_at"], name="ep_action_roots"
                    ),
                    models.Index(
                        condition=models.Q(("status", "failed")),
                        fields=["causal_id", "path"],
                        name="ep_action_failed",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("causal_id", "path"), name="ep_action_once")],
            },
        ),
        migrations.CreateModel(
            name="LogMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("causal_id", models.CharField(max_length=32)),
                ("path", models.TextField()),
                ("action", models.TextField(blank=True)),
                ("kind", models.CharField(blank=True, max_length=200)),
                ("status", models.CharField(blank=True, max_length=16)),
                ("report", models.BooleanField(default=False)),
                ("at", models.FloatField()),
                ("duration_s", models.FloatField(null=True)),
                ("body", models.TextField()),
            ],
            options={
                "verbose_name": "log message",
                "verbose_name_plural": "log",
                "indexes": [
                    models.Index(fields=["at", "id"], name="ep_message_at"),
                    models.Index(fields=["kind", "at", "id"], name="ep_message_kind"),
                    models.Index(
                        condition=models.Q(("status", ""), _negated=True),
                        fields=["status", "at", "id"],
                        name="ep_message_status",
                    ),
                    models.Index(
                        condition=models.Q(("duration_s__isnull", False)),
                        fields=["duration_s", "id"],
                        name="ep_message_slow",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("duration_s__isnull", True), ("status__in", ["succeeded", "failed"])
                        ),
                        fields=["causal_id"],
                        name="ep_message_unmeasured",
                    ),
                    models.Index(
                        condition=models.Q(("report", False)),
                        fields=["causal_id", "action", "status", "path"],
                        name="ep_message_of",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("causal_id", "path"), name="ep_message_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskRecord",
            fields=[
                ("id", models.CharField(max_length=320, primary_key=True, serialize=False)),
                ("causal_id", models.CharField(db_index=True, max_length=32)),
                ("about", models.CharField(blank=True, max_length=200)),
                ("action_type", models.CharField(max_length=200)),
                ("started_at", models.FloatField()),
                ("rank", models.BigIntegerField()),
                ("outcome", models.CharField(blank=True, max_length=16)),
                ("superseded", models.BooleanField(default=False)),
                ("heard_at", models.DateTimeField(db_index=True)),
                ("state", models.JSONField()),
            ],
            options={
                "verbose_name": "task",
                "indexes": [
                    models.Index(fields=["about", "-started_at", "-id"], name="ep_task_about"),
                    models.Index(
                        condition=models.Q(("outcome", ""), ("superseded", False)),
                        fields=["-started_at", "-id"],
                        name="ep_task_active",
                    ),
                ],
            },
        ),
    ]
