"""Imports the Celery app that a setting or an option names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.errors import SettingInvalidError

if TYPE_CHECKING:
    from celery import Celery


def import_app(path: str, *, source: str = "QUEUE_INSIGHT['APP']") -> Celery:
    """Return the Celery app at this dotted path, "project.celery.app"; `source` says who named it.

    Raises:
        SettingInvalidError: the path cannot be imported, or what stands there is no Celery app.
    """
    from celery import Celery  # noqa: PLC0415 - costs 100 ms, which checks without this setting need not pay
    from django.utils.module_loading import import_string  # noqa: PLC0415 - costs 30 ms

    try:
        app = import_string(path)
    except ImportError as error:
        raise SettingInvalidError(
            f"{source} is {path!r}, which cannot be imported ({error}). "
            "It must be the dotted path to a Celery app, as project.celery.app."
        ) from error
    if not isinstance(app, Celery):
        raise SettingInvalidError(
            f"{source} is {path!r}, which is of type {type(app).__name__}. "
            "It must be the dotted path to a Celery app, as project.celery.app."
        )
    return app


def broker_url(app: Celery) -> str:
    """Return the URL of the app's broker, with its credentials; of several the first, which all try first."""
    url: object = app.conf.broker_read_url or app.conf.broker_url or "amqp://"
    return str(url[0] if isinstance(url, (list, tuple)) else url).partition(";")[0]


def transport(app: Celery) -> str:
    """Return the name of kombu's transport for the app's broker, as "redis" or "amqp"."""
    # From the URL, not kombu's connection, which would import the client library of the named transport.
    return str(app.conf.broker_transport or broker_url(app).partition(":")[0])
