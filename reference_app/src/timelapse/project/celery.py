"""The Celery app. Every task is logged as a child of its cause."""

from __future__ import annotations

from celery import Celery

from eliot_progress.adapters import celery as causal

app = Celery("timelapse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
causal.install(app)
