from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Finds the movies of a state by their end, for the list of what ended."""

    dependencies = [("rendering", "0014_trash")]

    operations = [
        migrations.AddIndex(
            "movie", models.Index(fields=["state", "finished_at", "id"], name="movie_by_state_and_end")
        ),
    ]
