from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fsmlock", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="hold", name="fsmlock_hold_claim"),
        migrations.AddField("hold", "clock", models.CharField(db_default="", max_length=16)),
        migrations.AddField("hold", "clock_expires_us", models.BigIntegerField(db_default=0)),
    ]
