"""Correct a PostgreSQL function. Run it at any time: it has the same arguments and results as before."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import FOLDER, RunPostgreSQL

_BEFORE = (
    (FOLDER / "0011_functions_v3.sql")
    .read_text(encoding="utf-8")
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0013_run_subject")]

    operations = [RunPostgreSQL("0014_functions_v3_ancestors_last", reverse_sql=_BEFORE)]
