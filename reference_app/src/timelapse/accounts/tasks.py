"""Periodic tasks of accounts."""

from __future__ import annotations

from celery import shared_task

from timelapse.accounts import sessions


@shared_task(name="accounts.clear_sessions")
def clear_sessions() -> int:
    """Delete the sessions that are over; return how many."""
    return sessions.clear_expired()
