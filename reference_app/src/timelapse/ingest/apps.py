"""The Django app config of ingest."""

from __future__ import annotations

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Names the app."""

    name = "timelapse.ingest"
    label = "ingest"
