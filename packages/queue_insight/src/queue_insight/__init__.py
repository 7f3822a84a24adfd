"""Celery made visible: what runs, what waits, and why."""
