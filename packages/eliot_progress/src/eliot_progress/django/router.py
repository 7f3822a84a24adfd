"""The database router: the log's tables live on the alias of the setting DATABASE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eliot_progress.django import conf

if TYPE_CHECKING:
    from django.db.models import Model

_LABEL = "eliot_progress"


class Router:
    """`DATABASE_ROUTERS = ["eliot_progress.django.router.Router"]`."""

    def db_for_read(self, model: type[Model], **_: object) -> str | None:
        """Return the log's alias for the log's tables."""
        return conf.get().DATABASE if model._meta.app_label == _LABEL else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool | None:
        """Allow the log's tables on the log's alias only, and no others there unless it is the default."""
        alias = conf.get().DATABASE
        if app_label == _LABEL:
            return db == alias
        return False if db == alias != "default" else None
