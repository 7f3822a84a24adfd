"""How many captures are missing because the agent did not run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent.clock import ClockQuality
from camera_agent.spool.records import gap

if TYPE_CHECKING:
    from camera_agent.clock import Instant
    from camera_agent.config import Config
    from camera_agent.schedule import Schedule
    from camera_agent.spool.store import Spool

UNIX = datetime(1970, 1, 1, tzinfo=UTC)
DETAIL = "The agent did not run: the power was cut, or it was stopped."


def away_s(last: Instant, now: Instant) -> float | None:
    """Seconds between two captures' moments; None when no clock can tell."""
    if last.boot == now.boot:
        return (now.monotonic_ns - last.monotonic_ns) / 1e9
    if ClockQuality.UNKNOWN in (last.quality, now.quality):
        return None
    return max(0.0, (now.wall_ns - last.wall_ns) / 1e9)


def missed(last: Instant, now: Instant, *, interval_s: float, schedule: Schedule) -> int | None:
    """Captures that the schedule wanted between the newest one and now; None when no clock can tell."""
    away = away_s(last, now)
    if away is None:
        return None
    if now.quality is ClockQuality.UNKNOWN:
        return max(0, int(away / interval_s) - 1)
    until = UNIX + timedelta(microseconds=now.wall_ns // 1000)
    spans = schedule.open_spans(until - timedelta(seconds=away), until)
    wanted = sum((end - begin).total_seconds() for begin, end in spans)
    return max(0, int(wanted / interval_s) - 1)


def tell(spool: Spool, now: Instant, config: Config) -> None:
    """Keep a record of how many captures are missing since the newest one, if any."""
    last = spool.newest()
    if last is None:
        return
    count = missed(last.taken, now, interval_s=config.interval_s, schedule=config.schedule)
    if count == 0:
        return
    away = away_s(last.taken, now)
    since_ns = None if away is None else now.monotonic_ns - int(away * 1e9)
    until_ns = None if away is None else now.monotonic_ns
    spool.records.gap(now, gap("stopped", DETAIL, count or 0), since_ns=since_ns, until_ns=until_ns)
