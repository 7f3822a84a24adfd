"""Version 3 of a PostgreSQL function. Run it before the code that calls it is deployed."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import RunPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0010_history_and_retries")]

    operations = [RunPostgreSQL("0011_functions_v3", reverse_sql="DROP FUNCTION fsmlock_acquire_v3")]
