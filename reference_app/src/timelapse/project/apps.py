"""The project as a Django app: connects the packages when Django is ready."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class ProjectConfig(AppConfig):
    """Connects what no single app may import."""

    name = "timelapse.project"
    label = "project"

    def ready(self) -> None:
        """Make the Celery app current, install progress reporting, and let migrations create the roles."""
        from timelapse.project import celery, reporting, roles  # noqa: F401, PLC0415

        reporting.install()
        # The last app with models: the permissions of all others exist by then.
        last = apps.get_app_config("operations")
        post_migrate.connect(roles.create, sender=last, dispatch_uid="timelapse.project.roles")
