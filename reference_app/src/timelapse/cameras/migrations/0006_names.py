"""Renames columns to the words of docs/glossary.md; nothing else changes."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Renames only, so that data stays."""

    dependencies = [("cameras", "0005_command_cause")]

    operations = [
        migrations.RenameField("camera", "former_token_hash", "previous_token_hash"),
        migrations.RenameField("pairing", "again", "existing_camera"),
        migrations.RenameField("configuration", "wished_by", "updated_by"),
        migrations.RenameField("configuration", "wished_by_name", "updated_by_name"),
        migrations.RenameField("configuration", "wished_at", "updated_at"),
        migrations.RemoveIndex("command", "command_by_camera"),
        migrations.RenameField("command", "asked_by", "requested_by"),
        migrations.RenameField("command", "asked_by_name", "requested_by_name"),
        migrations.RenameField("command", "asked_at", "requested_at"),
        migrations.RenameField("command", "told_at", "sent_at"),
        migrations.AlterModelOptions("command", options={"ordering": ("-requested_at", "-id")}),
        migrations.AddIndex(
            "command", models.Index(fields=("camera", "-requested_at"), name="command_by_camera")
        ),
    ]
