from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rendering", "0003_fixed_frames"),
    ]

    operations = [
        migrations.AddField(
            model_name="movie",
            name="segments",
            field=models.JSONField(default=list, editable=False),
        ),
    ]
