"""The Django app config of rendering."""

from __future__ import annotations

from django.apps import AppConfig


class RenderingConfig(AppConfig):
    """Names the app."""

    name = "timelapse.rendering"
    label = "rendering"
