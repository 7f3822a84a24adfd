"""Remove what only code before version 1 of the functions used. Run it once no such code runs any more."""

from __future__ import annotations

from django.db import migrations

from fsmlock.migrations._postgresql import RunPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0003_pre_functions_v1")]

    operations = [
        RunPostgreSQL("0004_drop_unversioned_functions", reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE fsmlock_hold SET kind = 'retrying' WHERE kind = 'later'", migrations.RunSQL.noop
        ),
    ]
