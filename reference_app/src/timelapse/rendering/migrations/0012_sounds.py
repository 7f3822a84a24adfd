from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sounds that people add to movies; earlier movies have none."""

    dependencies = [("rendering", "0011_movies_by_end")]

    operations = [
        migrations.CreateModel(
            "Sound",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("bytes", models.PositiveBigIntegerField()),
                ("length_s", models.FloatField()),
                ("added_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            "movie",
            "sound",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movies",
                to="rendering.sound",
            ),
        ),
        migrations.AddField("movie", "sound_repeats", models.BooleanField(default=True, editable=False)),
        migrations.AddField("movie", "sound_volume", models.FloatField(default=100.0, editable=False)),
    ]
