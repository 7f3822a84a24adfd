"""The Django app config of operations."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Config of the Django app `operations`."""

    name = "timelapse.operations"
    label = "operations"

    def ready(self) -> None:
        """Connect the receivers."""
        from timelapse.operations import receivers  # noqa: PLC0415 - models are ready only now

        receivers.connect()
