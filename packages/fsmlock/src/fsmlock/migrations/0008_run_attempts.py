from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """Run it before the code is deployed: the columns have defaults in the database, for older code."""

    dependencies = [("fsmlock", "0007_post_functions_v2")]

    operations = [
        migrations.AddField("run", "attempts", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("run", "attempted_at", models.BigIntegerField(default=0, db_default=0)),
        migrations.AddField(
            "run",
            "due_at",
            models.DateTimeField(default=django.utils.timezone.now, db_default=Now(), editable=False),
        ),
    ]
