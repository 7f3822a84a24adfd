"""The Django app: checks its settings, and notes what this process sends."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from queue_insight import checks, conf, publish_time, sending


class QueueInsightConfig(AppConfig):
    """Add "queue_insight" to INSTALLED_APPS for the command, the checks, the page and the notes."""

    name = "queue_insight"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Queue insight"

    def ready(self) -> None:
        """Register the check, and note what this process sends, unless the settings say otherwise."""
        register(checks.check_settings, "queue_insight")
        if conf.get().RECORD_PUBLISH_TIME:
            publish_time.install()
        if conf.get().MAX_SENT:
            sending.note()
