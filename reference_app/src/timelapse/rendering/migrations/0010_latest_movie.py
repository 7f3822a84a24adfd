from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Which movies were requested by nobody, as a timelapse's latest."""

    dependencies = [("rendering", "0009_movie_of_task")]

    operations = [
        migrations.AddField("movie", "latest", models.BooleanField(default=False, editable=False)),
    ]
