"""The project as a Django app: connects the packages when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Connects what no single app may import."""

    name = "timelapse.project"
    label = "project"

    def ready(self) -> None:
        """Make the Celery app current, and install progress reporting."""
        from timelapse.project import celery, reporting  # noqa: F401, PLC0415

        reporting.install()
