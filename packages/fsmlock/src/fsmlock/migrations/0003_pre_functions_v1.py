"""Version 1 of the PostgreSQL functions. Run it before the code that calls them is deployed."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import RunPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0002_hold_clock")]

    operations = [
        RunPostgreSQL(
            "0003_functions_v1",
            reverse_sql=(
                "DROP FUNCTION IF EXISTS fsmlock_acquire_v1; DROP FUNCTION IF EXISTS fsmlock_release_v1;"
                " DROP FUNCTION fsmlock_advisory_lock_v1"
            ),
        )
    ]
