"""Reads the queues and the holds, and finds the log explorer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.urls import reverse

import queue_insight
from fsmlock import all_holds

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from fsmlock import HoldInfo

#: Maximum number of holds in an overview.
_MAX_HOLDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Queues, tasks and holds at one moment."""

    at: datetime
    snapshot: queue_insight.Snapshot
    holds: tuple[HoldInfo, ...]


def overview() -> Overview:
    """Return the overview: a bounded number of rows in a constant number of round trips."""
    return Overview(
        at=datetime.now(UTC),
        snapshot=queue_insight.snapshot(),
        holds=all_holds(limit=_MAX_HOLDS),
    )


def log_url(user: User) -> str | None:
    """Return the URL of the log explorer in the admin, or None without permission to read the log."""
    if not (user.is_staff and user.has_perm("eliot_progress.view_logmessage")):
        return None
    return reverse("admin:eliot_progress_logmessage_changelist")
