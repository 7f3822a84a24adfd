"""Reads the queues and the holds, and finds the log explorer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.urls import reverse

import queue_insight
from fsmlock import all_holds
from fsmlock.models import Run
from queue_insight.errors import StoreUnreachableError
from queue_insight.last_known import LastKnown
from queue_insight.periodic import PeriodicTask, PeriodicTasks
from queue_insight.periodic import periodic_tasks as read_periodic_tasks
from timelapse.frames.retention import Removal, size_of
from timelapse.rendering.models import Movie
from timelapse.shared import conf
from timelapse.timelapses.queries import with_own_retention
from timelapse.timelapses.retention import removable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

    from fsmlock import HoldInfo

#: The group of those who watch runs.
RUNS_GROUP: Final = "runs"
#: The group of those who watch queues, tasks and workers.
QUEUES_GROUP: Final = "queues"
#: Maximum number of holds in an overview.
_MAX_HOLDS = 50
#: Maximum number of queued movies whose tasks are looked for.
_MAX_MOVIES: Final = 50
#: Maximum number of runs in an overview, and how long it shows a run that has ended.
_MAX_RUNS: Final = 50
_RUNS_SHOWN_FOR: Final = timedelta(minutes=10)
_last_known = LastKnown()
#: Periodic tasks are known to the minute, and reading them reads much.
PERIODIC_MAX_AGE: Final = timedelta(seconds=15)
#: The periodic tasks that this process read last; empty until then.
_last_periodic: list[PeriodicTasks] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Queues, tasks and holds at one moment."""

    at: datetime
    snapshot: queue_insight.Snapshot
    holds: tuple[HoldInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionForecast:
    """The configured retention, how many timelapses have another, and what all would remove now."""

    keep_all_days: int
    keep_every: int
    timelapses: int
    removal: Removal


def overview() -> Overview:
    """Return the overview: a bounded number of rows in a constant number of round trips.

    While the broker or the collector's state can't be read, what this process read last stays, with its age.
    """
    return Overview(
        at=datetime.now(UTC),
        snapshot=_last_known.complete(queue_insight.snapshot(tasks=_tasks_of_movies(), overview=True)),
        holds=all_holds(limit=_MAX_HOLDS),
    )


def periodic_tasks() -> tuple[PeriodicTask, ...]:
    """Return the periodic tasks; while the collector's store can't be read, those that were read last."""
    with suppress(StoreUnreachableError):
        _last_periodic[:] = [read_periodic_tasks()]
    return _last_periodic[0].tasks if _last_periodic else ()


def recent_periodic_tasks() -> tuple[PeriodicTask, ...]:
    """Return the periodic tasks, at most `PERIODIC_MAX_AGE` old; nothing while they can't be read."""
    if not _periodic_is_recent():
        periodic_tasks()
    return _last_periodic[0].tasks if _periodic_is_recent() else ()


def _periodic_is_recent() -> bool:
    return bool(_last_periodic) and datetime.now(UTC) - _last_periodic[0].at <= PERIODIC_MAX_AGE


def _tasks_of_movies() -> list[str]:
    """Return the tasks of queued movies: one that a silent worker was handed is found only if asked for."""
    sent = Movie.objects.filter(state=Movie.States.QUEUED).exclude(task_id="").order_by("-sent_at")
    return list(sent.values_list("task_id", flat=True)[:_MAX_MOVIES])


def runs(user: User) -> list[Run]:
    """Return the runs that have not ended or ended lately, newest first; empty without permission to view."""
    if not user.has_perm("fsmlock.view_run"):
        return []
    recent = Q(ended_at=None) | Q(ended_at__gte=datetime.now(UTC) - _RUNS_SHOWN_FOR)
    return list(Run.objects.filter(recent).order_by("-pk")[:_MAX_RUNS])


def stopped_by(causes: Iterable[str]) -> dict[str, tuple[Run, str]]:
    """Return the runs that are executed for these causes of holds, each with the transition that stops it."""
    keys = run_keys(causes)
    executed = Run.objects.filter(pk__in=keys, state__in=[Run.States.RUNNING, Run.States.PAUSING])
    return {str(run): (run, "request_cancel") for run in (executed if keys else ())}


def run_keys(causes: Iterable[str]) -> list[int]:
    """Return the keys of the runs that may be the causes of holds: such a hold says ``ImportCaptures 5``."""
    last = (cause.rpartition(" ")[2] for cause in causes)
    return [int(key) for key in last if key.isascii() and key.isdigit() and len(key) < 19]


def retention_forecast() -> RetentionForecast | None:
    """Return the retention and what it would remove now; None while all frames are kept for ever."""
    settings = conf.get()
    timelapses = with_own_retention().exclude(keep_all_days=0).count()
    if settings.keep_all_days == 0 and timelapses == 0:
        return None
    return RetentionForecast(
        keep_all_days=settings.keep_all_days,
        keep_every=settings.keep_every,
        timelapses=timelapses,
        removal=size_of(removable(datetime.now(UTC))),
    )


def log_url(user: User) -> str | None:
    """Return the URL of the log explorer in the admin, or None without permission to read the log."""
    if not (user.is_staff and user.has_perm("eliot_progress.view_logmessage")):
        return None
    return reverse("admin:eliot_progress_logmessage_changelist")
