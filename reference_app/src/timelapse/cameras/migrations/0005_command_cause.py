"""Keep what caused a command, so that the agent goes on below it."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0004_former_token"),
    ]

    operations = [
        migrations.AddField(
            model_name="command",
            name="cause",
            field=models.JSONField(default=dict, editable=False),
        ),
    ]
