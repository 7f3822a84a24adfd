"""Captures that are missing because the agent did not run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from camera_agent.host.clock import ClockQuality
from camera_agent.schedule_state import EVALUATION_ERRORS
from camera_agent.spool.records import gap

if TYPE_CHECKING:
    from camera_agent.config import Config
    from camera_agent.host.clock import Instant
    from camera_agent.protocol.settings import Schedule
    from camera_agent.spool.store import Spool

UNIX = datetime(1970, 1, 1, tzinfo=UTC)
DETAIL = "The agent did not run: the power was cut, or it was stopped."


def downtime_s(last: Instant, now: Instant) -> float | None:
    """Return the seconds between two instants; None when no clock spans both."""
    if last.boot == now.boot:
        return (now.monotonic_ns - last.monotonic_ns) / 1e9
    if ClockQuality.UNKNOWN in (last.quality, now.quality):
        return None
    return max(0.0, (now.wall_ns - last.wall_ns) / 1e9)


def missed_captures(last: Instant, now: Instant, *, interval_s: float, schedule: Schedule) -> int | None:
    """Return how many captures were due between `last` and `now`; None when that can't be known."""
    downtime = downtime_s(last, now)
    if downtime is None:
        return None
    if now.quality is ClockQuality.UNKNOWN:
        return max(0, int(downtime / interval_s) - 1)
    until = UNIX + timedelta(microseconds=now.wall_ns // 1000)
    try:
        spans = schedule.open_periods(until - timedelta(seconds=downtime), until)
    except EVALUATION_ERRORS:
        return None
    due_s = sum((end - begin).total_seconds() for begin, end in spans)
    return max(0, int(due_s / interval_s) - 1)


def record_gap(spool: Spool, now: Instant, config: Config) -> None:
    """Record a gap for the captures that are missing since the latest one, if any."""
    last = spool.latest()
    if last is None:
        return
    count = missed_captures(last.captured_at, now, interval_s=config.interval_s, schedule=config.schedule)
    if count == 0:
        return
    downtime = downtime_s(last.captured_at, now)
    since_ns = None if downtime is None else now.monotonic_ns - int(downtime * 1e9)
    until_ns = None if downtime is None else now.monotonic_ns
    spool.records.gap(now, gap("stopped", DETAIL, count or 0), since_ns=since_ns, until_ns=until_ns)
