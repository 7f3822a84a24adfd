from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Movies of a period, and titles; earlier movies have neither."""

    dependencies = [("rendering", "0007_composed_movies")]

    operations = [
        migrations.AddField("movie", "since", models.DateTimeField(null=True, editable=False)),
        migrations.AddField("movie", "until", models.DateTimeField(null=True, editable=False)),
        migrations.AddField("movie", "title", models.CharField(max_length=80, blank=True, default="")),
    ]
