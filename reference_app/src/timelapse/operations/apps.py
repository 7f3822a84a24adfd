"""The Django app config of operations."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Names the app."""

    name = "timelapse.operations"
    label = "operations"
