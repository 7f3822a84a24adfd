"""Remove what only code before version 3 of the functions used. Run it once no such code runs any more."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import FOLDER, RunPostgreSQL

# Of version 2, the function that decides. The one that releases stayed.
_BEFORE = (FOLDER / "0006_functions_v2.sql").read_text(encoding="utf-8").partition("-- Delete the rows")[0]


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0011_pre_functions_v3")]

    operations = [RunPostgreSQL("0012_drop_functions_v2", reverse_sql=_BEFORE)]
