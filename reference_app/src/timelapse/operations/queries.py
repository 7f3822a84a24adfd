"""What the queues and the locks do now, and where the log is read."""

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

#: More tasks than a person reads at once.
_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is going on at one moment."""

    at: datetime
    snapshot: queue_insight.Snapshot
    holds: tuple[HoldInfo, ...]


def overview() -> Overview:
    """Look at everything once: a bounded number of rows and a constant number of round trips."""
    return Overview(
        at=datetime.now(UTC),
        snapshot=queue_insight.snapshot(),
        holds=all_holds(limit=_SHOWN),
    )


def log_address(user: User) -> str | None:
    """Where the log explorer is, for those who may see it in the admin."""
    if not (user.is_staff and user.has_perm("eliot_progress.view_logmessage")):
        return None
    return reverse("admin:eliot_progress_logmessage_changelist")
