"""The Django app config of notifications."""

from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Names the app."""

    name = "timelapse.notifications"
    label = "notifications"
