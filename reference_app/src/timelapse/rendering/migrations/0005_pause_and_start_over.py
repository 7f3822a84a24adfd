from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rendering", "0004_segments"),
    ]

    operations = [
        migrations.AddField(
            model_name="movie",
            name="afresh",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="movie",
            name="pausing",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
