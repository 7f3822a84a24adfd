from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Movies choose their frames, and add something to them; earlier ones show all as they are."""

    dependencies = [("rendering", "0006_render_time")]

    operations = [
        migrations.AddField("movie", "selection", models.JSONField(default=dict, editable=False)),
        migrations.AddField("movie", "selection_notes", models.JSONField(default=list, editable=False)),
        migrations.AddField("movie", "style", models.JSONField(default=dict, editable=False)),
    ]
