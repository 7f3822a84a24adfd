from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Pictures of the focus aid are previews that say how sharp they are."""

    dependencies = [("frames", "0006_shifts")]

    operations = [migrations.AddField("preview", "sharpness", models.FloatField(null=True))]
