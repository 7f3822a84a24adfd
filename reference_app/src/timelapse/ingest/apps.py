"""The Django app config of ingest."""

from __future__ import annotations

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Names the app and listens to deletions of cameras."""

    name = "timelapse.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Connect the receivers."""
        from timelapse.ingest import receivers  # noqa: PLC0415 - models are ready only now

        receivers.connect()
