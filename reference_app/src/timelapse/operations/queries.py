"""Reads the queues and the holds, and finds the log explorer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.urls import reverse

import queue_insight
from fsmlock import all_holds
from fsmlock.models import Run
from timelapse.frames.retention import Removal, Retention, forecast
from timelapse.shared import conf

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from fsmlock import HoldInfo

#: The group of those who watch runs.
RUNS_GROUP: Final = "runs"
#: Maximum number of holds in an overview.
_MAX_HOLDS = 50
#: Maximum number of runs in an overview, and how long it shows a run that has ended.
_MAX_RUNS: Final = 50
_RUNS_SHOWN_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Queues, tasks and holds at one moment."""

    at: datetime
    snapshot: queue_insight.Snapshot
    holds: tuple[HoldInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionForecast:
    """The configured retention, and what it would remove now."""

    keep_all_days: int
    keep_every: int
    removal: Removal


def overview() -> Overview:
    """Return the overview: a bounded number of rows in a constant number of round trips."""
    return Overview(
        at=datetime.now(UTC),
        snapshot=queue_insight.snapshot(tasks=(), overview=True),
        holds=all_holds(limit=_MAX_HOLDS),
    )


def runs(user: User) -> list[Run]:
    """Return the runs that have not ended or ended lately, newest first; empty without permission to view."""
    if not user.has_perm("fsmlock.view_run"):
        return []
    recent = Q(ended_at=None) | Q(ended_at__gte=datetime.now(UTC) - _RUNS_SHOWN_FOR)
    return list(Run.objects.filter(recent).order_by("-pk")[:_MAX_RUNS])


def name_of(run: Run) -> str:
    """Return what a run does, in words: that of ``ImportCaptures`` is “Import captures”."""
    return re.sub(r"(?<!^)([A-Z])", r" \1", run.iteration.rpartition(".")[2]).capitalize()


def retention_forecast() -> RetentionForecast | None:
    """Return the configured retention and what it would remove now; None while it is off."""
    retention = Retention.configured(datetime.now(UTC))
    if retention is None:
        return None
    settings = conf.get()
    return RetentionForecast(
        keep_all_days=settings.keep_all_days, keep_every=settings.keep_every, removal=forecast(retention)
    )


def log_url(user: User) -> str | None:
    """Return the URL of the log explorer in the admin, or None without permission to read the log."""
    if not (user.is_staff and user.has_perm("eliot_progress.view_logmessage")):
        return None
    return reverse("admin:eliot_progress_logmessage_changelist")
