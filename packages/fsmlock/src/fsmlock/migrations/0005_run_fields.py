from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Rename fields of the model and leave the columns alone, so that a rolling deploy works."""

    dependencies = [("fsmlock", "0004_post_functions_v1")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("run", "again_after_s", "resume_after_s"),
                migrations.RenameField("run", "stop_by", "requested_by"),
                migrations.RenameField("run", "worked_s", "active_s"),
                migrations.RenameField("run", "retries", "retry_of"),
                migrations.AlterField(
                    "run", "resume_after_s", models.FloatField(default=0.0, db_column="again_after_s")
                ),
                migrations.AlterField(
                    "run",
                    "requested_by",
                    models.CharField(blank=True, default="", max_length=200, db_column="stop_by"),
                ),
                migrations.AlterField(
                    "run", "active_s", models.FloatField(default=0.0, db_column="worked_s")
                ),
                migrations.AlterField(
                    "run",
                    "retry_of",
                    models.ForeignKey(
                        "fsmlock.run",
                        models.SET_NULL,
                        null=True,
                        blank=True,
                        related_name="retried_in",
                        db_column="retries_id",
                    ),
                ),
            ]
        )
    ]
