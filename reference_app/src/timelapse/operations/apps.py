"""The Django app config of operations."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Config of the Django app `operations`."""

    name = "timelapse.operations"
    label = "operations"
