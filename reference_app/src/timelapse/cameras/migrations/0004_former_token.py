"""Remember the token before a new pairing until the new one is heard."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cameras", "0003_steering"),
    ]

    operations = [
        migrations.AddField(
            model_name="camera",
            name="former_token_hash",
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=64),
        ),
    ]
