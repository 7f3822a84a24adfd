"""Addresses for machines: `path("queues/", include("queue_insight.urls"))`. People use the admin."""

from __future__ import annotations

from django.urls import path

from queue_insight.http import health, metrics

app_name = "queue_insight"
urlpatterns = [
    path("metrics", metrics, name="metrics"),
    path("healthz", health, name="health"),
]
