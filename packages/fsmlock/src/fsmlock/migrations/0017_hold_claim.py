"""Find the rows of every claim by an index. Run it at any time: code that runs goes on."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0016_functions_v3_first_rows")]

    operations = [
        migrations.AddIndex("hold", models.Index(fields=["claim"], name="fsmlock_hold_claim")),
        migrations.RemoveIndex("hold", "fsmlock_hold_state"),
    ]
