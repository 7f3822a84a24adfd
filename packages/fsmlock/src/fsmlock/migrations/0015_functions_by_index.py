"""Let the PostgreSQL functions always use the index. Run it at any time: code that runs goes on."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import RunPostgreSQL

_BEFORE = """
ALTER FUNCTION fsmlock_acquire_v3 RESET enable_seqscan;
ALTER FUNCTION fsmlock_release_v2 RESET enable_seqscan;
"""


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0014_functions_v3_ancestors_last")]

    operations = [RunPostgreSQL("0015_functions_by_index", reverse_sql=_BEFORE)]
