"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FsmlockConfig(AppConfig):
    """Put ``"fsmlock"`` into INSTALLED_APPS."""

    name = "fsmlock"
    label = "fsmlock"
    verbose_name = "States and locks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks and the database functions that are installed after a migration."""
        from fsmlock import checks  # noqa: F401, PLC0415 - only once the apps are loaded
        from fsmlock.backends import functions  # noqa: PLC0415 - the same

        post_migrate.connect(functions.install, sender=self, dispatch_uid="fsmlock.functions")
