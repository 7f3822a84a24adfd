"""Gives the time of the last heartbeat its full name."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    """Renames only, so that data stays."""

    dependencies = [("cameras", "0007_pairing_origin")]

    operations = [migrations.RenameField(model_name="camera", old_name="beat_at", new_name="heartbeat_at")]
