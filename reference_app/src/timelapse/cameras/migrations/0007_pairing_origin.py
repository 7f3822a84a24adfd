"""Keeps where a pairing request came from, and who revoked a camera."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cameras", "0006_names")]
    operations = [
        migrations.AddField(
            model_name="camera",
            name="revoked_by_name",
            field=models.CharField(blank=True, default="", editable=False, max_length=150),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pairing",
            name="address",
            field=models.CharField(blank=True, default="", editable=False, max_length=45),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="pairing",
            name="network",
            field=models.CharField(blank=True, db_index=True, default="", editable=False, max_length=50),
            preserve_default=False,
        ),
    ]
