"""The Django app config of cameras."""

from __future__ import annotations

from django.apps import AppConfig


class CamerasConfig(AppConfig):
    """Names the app."""

    name = "timelapse.cameras"
    label = "cameras"
