"""The Django app config of frames."""

from __future__ import annotations

from django.apps import AppConfig


class FramesConfig(AppConfig):
    """Names the app."""

    name = "timelapse.frames"
    label = "frames"
