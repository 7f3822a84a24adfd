from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rendering", "0005_pause_and_start_over"),
    ]

    operations = [
        migrations.AddField(
            model_name="movie",
            name="encoded_frames",
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="movie",
            name="render_s",
            field=models.FloatField(editable=False, null=True),
        ),
    ]
