"""The Django app."""

from __future__ import annotations

from django.apps import AppConfig


class FsmlockConfig(AppConfig):
    """Put ``"fsmlock"`` into INSTALLED_APPS."""

    name = "fsmlock"
    label = "fsmlock"
    verbose_name = "States and locks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and watch the models whose objects may be held."""
        from fsmlock import checks, deletions, moves  # noqa: F401, PLC0415 - only once the apps are loaded

        moves.watch_moves()
        deletions.watch_deletions()
