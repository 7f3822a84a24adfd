"""The permission to view operations; it has no table."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Operations",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                )
            ],
            options={
                "permissions": (("view_operations", "Can view queues, workers, holds and running work"),),
                "managed": False,
                "default_permissions": (),
            },
        ),
    ]
