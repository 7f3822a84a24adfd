from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rendering", "0002_cancel_request"),
    ]

    operations = [
        migrations.AddField(
            model_name="movie",
            name="frames_done",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="movie",
            name="last_frame",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
    ]
