"""What is done by a schedule, as a kind that people choose."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Everybody wants it until they say otherwise."""

    dependencies = [("notifications", "0001_notifications")]

    operations = [
        migrations.AddField(model_name="choice", name="periodic", field=models.BooleanField(default=True)),
    ]
