from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Until when an agent takes pictures for the focus aid."""

    dependencies = [("cameras", "0009_health_samples")]

    operations = [
        migrations.AddField("camera", "focus_until", models.DateTimeField(editable=False, null=True)),
    ]
