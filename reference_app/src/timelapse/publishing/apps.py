"""The Django app config of publishing."""

from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """Names the app."""

    name = "timelapse.publishing"
    label = "publishing"
