"""The Django app: checks its settings and adds the publish time to tasks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from queue_insight import checks, conf, publish_time


class QueueInsightConfig(AppConfig):
    """Add "queue_insight" to INSTALLED_APPS for the command, the checks and the publish time."""

    name = "queue_insight"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Queue insight"

    def ready(self) -> None:
        """Register the check; add the publish time to tasks unless RECORD_PUBLISH_TIME is off."""
        register(checks.check_settings, "queue_insight")
        if conf.get().RECORD_PUBLISH_TIME:
            publish_time.install()
