from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Finds the movies that ended lately, for notifications."""

    dependencies = [("rendering", "0010_latest_movie")]

    operations = [
        migrations.AddIndex("movie", models.Index(fields=["finished_at"], name="movie_by_end")),
    ]
