"""The project as a Django app: joins the packages when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Wires what no single app may know."""

    name = "timelapse.project"
    label = "project"

    def ready(self) -> None:
        """Make the Celery app current, and let progress flow to the store and to those who watch."""
        from timelapse.project import celery, reporting  # noqa: F401, PLC0415

        reporting.install()
