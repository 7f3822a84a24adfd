"""Reads what one view of the page shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from queue_insight.errors import StoreUnreachableError
from queue_insight.failures import FailureGroup, failures
from queue_insight.history import History, history
from queue_insight.page.clock import Clock
from queue_insight.page.pauses import paused
from queue_insight.page.search import MAX_FOUND
from queue_insight.periodic import PeriodicTasks, periodic_tasks
from queue_insight.read import caused_by, celery_app, snapshot, task_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from celery import Celery

    from queue_insight.snapshot import Pause, Snapshot

#: Number of waiting tasks to read of each queue where only their names matter, for the drain estimate.
SAMPLE: Final = 20
#: Number of tasks at workers that a search looks through at once.
SEARCHED: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A snapshot, and what the page needs to put it into words."""

    snapshot: Snapshot
    clock: Clock


def read(
    app: Celery | None = None,
    *,
    tasks: Iterable[str] | None = None,
    overview: bool = False,
    peek: int | None = None,
    read_pauses: Callable[[], Mapping[str, Pause]] = paused,
) -> Reading:
    """Return a new snapshot, with times in Django's current time zone. Blocks for three round trips.

    `app` defaults to the app named by QUEUE_INSIGHT['APP'], else to Celery's current app; the other arguments
    are those of `snapshot`. `read_pauses` reads the paused queues.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['APP'] names no Celery app.
    """
    app = app or celery_app()
    pauses = read_pauses()
    # Nobody else may name a queue that no worker consumes any more, and it must stay possible to resume it.
    now = snapshot(app, tasks=tasks, overview=overview, queues=pauses, peek=peek)
    return Reading(
        snapshot=replace(now, paused=pauses),
        clock=Clock(now=now.at, zone=timezone.get_current_timezone()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which tasks a search looks through, besides those that wait."""

    #: All whose id begins with the text or whose causal id is the text, up to as many as a search shows, and
    #: the first ones of the workers behind the place where it begins.
    ids: Sequence[str]
    #: The id behind which others follow; empty when there are none.
    rest: str
    #: Whether causal ids can be looked for.
    has_causes: bool


def scope(text: str, after: str = "") -> Scope:
    """Return which tasks a search looks through that begins behind the task `after`."""
    part = task_ids(after=after, limit=SEARCHED + 1)
    begun = task_ids(prefix=text, limit=MAX_FOUND + 1) if text else ()
    caused = caused_by(text, limit=MAX_FOUND + 1)
    return Scope(
        ids=[*begun, *(caused or ()), *part[:SEARCHED]],
        rest=part[SEARCHED - 1] if len(part) > SEARCHED else "",
        has_causes=caused is not None,
    )


def read_history(*, queue: str = "", name: str = "") -> History | None:
    """Return the history of this queue or task name; None if the store does not respond."""
    try:
        return history(queue=queue, name=name)
    except StoreUnreachableError:
        return None


def read_failures() -> Sequence[FailureGroup] | None:
    """Return what failed; None if the store does not respond."""
    try:
        return failures()
    except StoreUnreachableError:
        return None


def read_periodic() -> PeriodicTasks | None:
    """Return the periodic tasks; None if the store does not respond."""
    try:
        return periodic_tasks()
    except StoreUnreachableError:
        return None
