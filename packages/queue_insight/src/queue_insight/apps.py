"""The Django app: checks its settings and stamps tasks with the time of sending."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from queue_insight import checks, conf, stamp


class QueueInsightConfig(AppConfig):
    """Add "queue_insight" to INSTALLED_APPS to have the command, the checks and the stamp."""

    name = "queue_insight"
    verbose_name = "Queue insight"

    def ready(self) -> None:
        """Register the check; begin to stamp tasks unless QUEUE_INSIGHT['STAMP'] is off."""
        register(checks.check_settings, "queue_insight")
        if conf.get().STAMP:
            stamp.install()
