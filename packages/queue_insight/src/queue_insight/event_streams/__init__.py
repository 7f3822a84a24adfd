"""Streams of Celery's events."""

from __future__ import annotations
