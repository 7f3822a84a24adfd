"""When a need counts as begun and as ended, so that one that comes and goes notifies nobody. Pure.

A need has begun once it has held without a break for its grace time, and has ended once it has not held for
that time, again without a break. Whatever comes and goes faster than that is not reported, in either
direction. A time in which nobody looked, or in which it was not known, breaks both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from timelapse.notifications.domain import OVER, Kind

if TYPE_CHECKING:
    from datetime import datetime

#: After a longer time without a look, what held before may have come and gone.
LONGEST_GAP: Final = timedelta(seconds=90)
#: How much longer a disk must have room before that is reported: files come and go.
_DISK_FACTOR: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is remembered of a need."""

    begun_at: datetime
    #: When its begin was announced; None: it has not held for long enough.
    announced_at: datetime | None = None
    #: Since when it does not hold; None while it does.
    absent_since: datetime | None = None


def grace(kind: Kind, notify_after: timedelta) -> timedelta:
    """Return how long a need must hold: no time for what is over and done."""
    return timedelta() if kind in OVER else notify_after


def end_grace(kind: Kind, notify_after: timedelta) -> timedelta:
    """Return how long a need must not hold."""
    return notify_after * _DISK_FACTOR if kind is Kind.DISK else grace(kind, notify_after)


def present(
    observed: Observed | None, now: datetime, *, watched: bool, lasting: timedelta
) -> tuple[Observed, bool]:
    """Return what to remember of a need that holds now, and whether its begin is to be announced.

    Args:
        observed: what was remembered.
        now: when it was looked at.
        watched: whether somebody looked within `LONGEST_GAP` before.
        lasting: how long it must hold.
    """
    if observed is None or (observed.announced_at is None and not watched):
        observed = Observed(begun_at=now)
    observed = replace(observed, absent_since=None)
    if observed.announced_at is None and now - observed.begun_at >= lasting:
        return replace(observed, announced_at=now), True
    return observed, False


def absent(
    observed: Observed, now: datetime, *, watched: bool, lasting: timedelta
) -> tuple[Observed | None, bool]:
    """Return what to remember of a need that doesn't hold now, and whether its end is to be announced."""
    if observed.announced_at is None:
        return None, False
    if observed.absent_since is None or not watched:
        observed = replace(observed, absent_since=now)
    if observed.absent_since is not None and now - observed.absent_since >= lasting:
        return None, True
    return observed, False


def unknown(observed: Observed) -> Observed | None:
    """Return what to remember of a need of which nobody knows whether it holds."""
    return None if observed.announced_at is None else replace(observed, absent_since=None)
