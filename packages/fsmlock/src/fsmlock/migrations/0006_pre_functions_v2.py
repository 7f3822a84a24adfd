"""Version 2 of the PostgreSQL functions. Run it before the code that calls them is deployed."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models.functions import Substr
from django.db.models.lookups import Exact

from fsmlock.migrations._postgresql import RunPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0005_run_fields")]

    operations = [
        migrations.AddIndex(
            "hold", models.Index(fields=["resource", "lock", "kind", "claim"], name="fsmlock_hold_decide")
        ),
        migrations.AddIndex(
            "hold",
            models.Index(fields=["resource"], name="fsmlock_hold_waits", condition=models.Q(waits=True)),
        ),
        migrations.AddIndex(
            "hold",
            models.Index(
                fields=["claim"],
                name="fsmlock_hold_state",
                condition=models.Q(Exact(Substr("claim", 13, 1), "5")),
            ),
        ),
        migrations.RemoveIndex("hold", "fsmlock_hold_resource"),
        RunPostgreSQL(
            "0006_functions_v2",
            reverse_sql="DROP FUNCTION fsmlock_acquire_v2; DROP FUNCTION fsmlock_release_v2",
        ),
    ]
