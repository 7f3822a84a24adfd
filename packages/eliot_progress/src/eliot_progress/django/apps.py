"""The Django app `eliot_progress.django`: registers the system check."""

from __future__ import annotations

from django.apps import AppConfig


class EliotProgressConfig(AppConfig):
    """Add "eliot_progress.django" to INSTALLED_APPS to have the settings checked."""

    name = "eliot_progress.django"
    label = "eliot_progress"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Progress"

    def ready(self) -> None:
        """Register the system check of the settings."""
        from django.core.checks import register  # noqa: PLC0415 - apps are loaded before checks

        from eliot_progress.django.checks import check_settings  # noqa: PLC0415 - as above

        register(check_settings)
