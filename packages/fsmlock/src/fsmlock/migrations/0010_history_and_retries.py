from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Run it before the code is deployed: it writes the table and the column, which older code leaves out."""

    dependencies = [("fsmlock", "0009_run_once")]

    operations = [
        migrations.CreateModel(
            "TransitionRecord",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=200)),
                ("object_pk", models.CharField(max_length=200)),
                ("transition", models.CharField(max_length=100)),
                ("source", models.CharField(max_length=50)),
                ("target", models.CharField(max_length=50)),
                ("by", models.CharField(blank=True, default="", max_length=200)),
                ("why", models.TextField(blank=True, default="")),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["model", "object_pk", "-id"], name="fsmlock_record_object"),
                    models.Index(fields=["at"], name="fsmlock_record_at"),
                ],
            },
        ),
        migrations.AddField("run", "retried_errors", models.JSONField(blank=True, editable=False, null=True)),
    ]
