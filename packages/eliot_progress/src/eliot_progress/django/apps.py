"""The Django app `eliot_progress.django`: registers the system check, and records if the settings say so."""

from __future__ import annotations

from contextlib import suppress

from django.apps import AppConfig

from eliot_progress.destinations import install
from eliot_progress.django import conf


class EliotProgressConfig(AppConfig):
    """Add "eliot_progress.django" to INSTALLED_APPS to have bars, the admin, and the settings checked."""

    name = "eliot_progress.django"
    label = "eliot_progress"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Progress"

    def ready(self) -> None:
        """Register the system check of the settings, and start recording with RECORD."""
        from django.core.checks import register  # noqa: PLC0415 - apps are loaded before checks

        from eliot_progress.django.checks import check_settings  # noqa: PLC0415 - as above

        register(check_settings)
        with suppress(TypeError, ImportError):  # which the check reports in a sentence
            if conf.get().RECORD:
                install(store=conf.store())
