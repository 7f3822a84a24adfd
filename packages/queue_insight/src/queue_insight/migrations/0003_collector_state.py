"""The collector's state, for projects whose broker is not Redis or Valkey."""

from __future__ import annotations

from django.db import migrations, models

import queue_insight.models


class Migration(migrations.Migration):
    dependencies = [("queue_insight", "0002_actions")]
    operations = [
        migrations.CreateModel(
            name="CollectorLease",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("prefix", models.CharField(max_length=200, unique=True)),
                ("holder", models.TextField(default="")),
                ("token", models.BigIntegerField(default=0)),
                ("ends_at", models.DateTimeField(null=True)),
                ("written_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("kept_until", models.DateTimeField(null=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="CollectorRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part", models.CharField(max_length=16)),
                ("key", queue_insight.models.KeyField()),
                ("record", models.BinaryField()),
                (
                    "lease",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        to="queue_insight.collectorlease",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("lease", "part", "key"), name="queue_insight_record_key")
                ],
            },
        ),
    ]
