"""The permission to view the queue page; it has no table."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Queue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                )
            ],
            options={
                "verbose_name": "queue",
                "verbose_name_plural": "queues, tasks and workers",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
