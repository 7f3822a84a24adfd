"""Remove what only code before version 2 of the functions used. Run it once no such code runs any more."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import RunPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0006_pre_functions_v2")]

    operations = [RunPostgreSQL("0007_drop_functions_v1", reverse_sql=migrations.RunSQL.noop)]
