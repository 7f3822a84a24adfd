from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Movies are found by the tasks that render them."""

    dependencies = [("rendering", "0008_period_and_title")]

    operations = [
        migrations.AddIndex("movie", models.Index(fields=["task_id"], name="movie_of_task")),
    ]
