"""Whether a periodic task comes as its schedule says, and why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from queue_insight.reasons import Reason, instant
from queue_insight.recorded_history import MAX_SERIES
from queue_insight.snapshot import moment

if TYPE_CHECKING:
    from datetime import datetime

#: Seconds after which a task that was due and not seen is late: events and the collector's writes take time.
GRACE_S: Final = 90.0


class PeriodicState(StrEnum):
    """Whether a periodic task comes as its schedule says, in the order in which people look for it."""

    #: It was due, and it did not come.
    LATE = "late"
    #: It was sent, and no run of it has ended since.
    NOT_ENDED = "not ended"
    UNKNOWN = "unknown"
    #: It has not been seen, and it was not due while a collector listened.
    NOT_DUE_YET = "not due yet"
    ON_TIME = "on time"

    @property
    def place(self) -> int:
        """Its place in this order, from 0."""
        return list(PeriodicState).index(self)

    @property
    def is_in_trouble(self) -> bool:
        """Whether somebody has to look at the task."""
        return self in (PeriodicState.LATE, PeriodicState.NOT_ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When something happened: not before `start`, not after `end`. A minute, an hour or a day."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """When a task was last sent and last run, and when it was first sent after that run; None: not seen."""

    sent: Span | None = None
    run: Span | None = None
    unanswered: Span | None = None

    @property
    def last(self) -> float | None:
        """When it was last seen at the latest, in seconds since 1970."""
        return max((each.end.timestamp() for each in (self.sent, self.run) if each is not None), default=None)


class DueAfter(Protocol):
    """When a task is due that last came at this time. Seconds since 1970."""

    def __call__(self, last: float, /) -> float:
        """Return when."""
        ...


class Observed(Protocol):
    """What is known about the past of all tasks."""

    now: float
    observed_since: float | None
    #: Whether any task was sent or has ended: else neither senders nor workers emit events.
    has_events: bool


def judge(
    seen: Seen, due_after: DueAfter | None, past: Observed
) -> tuple[PeriodicState, Reason | None, float | None]:
    """Return the state of a periodic task, why it is not on time, and when it is or was due. Pure."""
    if due_after is None:
        return PeriodicState.UNKNOWN, UNREADABLE, None
    due = None if seen.last is None else due_after(seen.last)
    if past.observed_since is None or not past.has_events:
        return PeriodicState.UNKNOWN, NOBODY_LISTENS if past.observed_since is None else NO_EVENTS, due
    # What came before the collector listened was not seen, so only what was due since then can be late.
    missed = due_after(max(past.observed_since, seen.last or 0))
    if missed + GRACE_S < past.now:
        return PeriodicState.LATE, _late(missed, seen), missed
    if due is not None and due + GRACE_S < past.now:
        return PeriodicState.UNKNOWN, _unobserved(due, past.observed_since), missed
    if seen.unanswered is not None and seen.unanswered.end.timestamp() + GRACE_S < past.now:
        return PeriodicState.NOT_ENDED, _not_ended(seen.unanswered, seen.run), due
    return (PeriodicState.NOT_DUE_YET, None, missed) if due is None else (PeriodicState.ON_TIME, None, due)


UNREADABLE: Final = Reason(
    code="schedule_unreadable",
    message="When it is due is not known: its schedule can't be evaluated here.",
    remedy="Look for the error in the log of celery beat.",
)
DROPPED: Final = Reason(
    code="dropped",
    message=f"When it last came is not known: tasks have more than {MAX_SERIES} names, "
    "of which the collector keeps those that came last.",
)
NOBODY_LISTENS: Final = Reason(
    code="not_observed",
    message="Whether it comes is not known: no collector has listened for the last minutes.",
    remedy="Run `manage.py queue_insight collect`.",
)
NO_EVENTS: Final = Reason(
    code="no_events",
    message="Whether it comes is not known: the collector has seen no task being sent, nor one that ended.",
    remedy="Run the workers with -E.",
)


def _late(due: float, seen: Seen) -> Reason:
    last = "" if seen.last is None else f" since {instant(moment(seen.last))}"
    code, what = "not_run", "no worker has run it"
    remedy = "Check that celery beat runs, and that a worker takes its queue."
    if seen.sent is not None:
        code, what = "not_sent", "it has not been sent"
        remedy = "Check that celery beat runs, with this schedule."
    return Reason(
        code=code,
        message=f"It was due at {instant(moment(due))}, and {what}{last}.",
        params={"due": due, "last": seen.last},
        remedy=remedy,
    )


def _unobserved(due: float, since: float) -> Reason:
    return Reason(
        code="gap",
        message=f"It was due at {instant(moment(due))}, when no collector listened; "
        f"one has listened again since {instant(moment(since))}.",
        params={"due": due, "since": since},
    )


def _not_ended(sent: Span, run: Span | None) -> Reason:
    ended = "no run of it was seen to end" if run is None else f"no run has ended since {instant(run.end)}"
    return Reason(
        code="not_ended",
        message=f"It was sent at {instant(sent.start)}, and {ended}.",
        params={"sent": sent.start.timestamp(), "run": None if run is None else run.end.timestamp()},
        remedy="It may be waiting or running: search for its name.",
    )
