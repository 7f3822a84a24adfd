"""Let a PostgreSQL function read no more rows than it needs. Run it at any time: code that runs goes on."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import FOLDER, RunPostgreSQL

_BEFORE = (FOLDER / "0014_functions_v3_ancestors_last.sql").read_text(
    encoding="utf-8"
) + "ALTER FUNCTION fsmlock_acquire_v3 SET enable_seqscan = off;"


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0015_functions_by_index")]

    operations = [RunPostgreSQL("0016_functions_v3_first_rows", reverse_sql=_BEFORE)]
