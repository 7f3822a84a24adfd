"""The Django app config of timelapses."""

from __future__ import annotations

from django.apps import AppConfig


class TimelapsesConfig(AppConfig):
    """Names the app and listens to new frames."""

    name = "timelapse.timelapses"
    label = "timelapses"

    def ready(self) -> None:
        """Connect the receivers."""
        from timelapse.timelapses import receivers  # noqa: PLC0415

        receivers.connect()
