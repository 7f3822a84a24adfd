"""The Celery app: every task starts as a child of whatever caused it."""

from __future__ import annotations

from celery import Celery

from eliot_progress.adapters import celery as causal

app = Celery("timelapse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
causal.install(app)
