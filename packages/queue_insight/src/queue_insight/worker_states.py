"""Concludes from a worker's heartbeats whether it is alive. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.snapshot import WorkerInfo, WorkerState, moment

if TYPE_CHECKING:
    from queue_insight.collector_state import CollectorState, ObservedWorker

#: States in which a worker takes tasks, and in which it takes none any more.
CONSUMING: Final = (WorkerState.ONLINE, WorkerState.LATE)
ENDED: Final = (WorkerState.GONE, WorkerState.OFFLINE)


def worker_info(
    observed: ObservedWorker,
    collector: CollectorState,
    grace_heartbeats: float,
    *,
    retention_s: float,
    fresh: bool,
) -> WorkerInfo:
    """Return a worker with its state, which is unknown unless the collector is `fresh`."""
    grace_s = observed.heartbeat_interval_s * grace_heartbeats
    if observed.is_solo:  # its silence proves nothing until the collector deletes it
        grace_s = max(grace_s, retention_s - observed.heartbeat_interval_s)
    return WorkerInfo(
        name=observed.name,
        state=_worker_state(observed, collector, grace_s) if fresh else WorkerState.UNKNOWN,
        last_seen_at=moment(observed.last_seen_at),
        next_by=moment(observed.last_seen_at + observed.heartbeat_interval_s),
        grace_s=grace_s,
        pid=observed.pid,
        queues=observed.queues,
        slots=observed.slots,
        active=observed.active,
        running=sum(each.running for each in observed.task_counts.values()),
        reserved=sum(each.reserved for each in observed.task_counts.values()),
        rate_limits=observed.rate_limits,
        is_solo=observed.is_solo,
    )


def _worker_state(observed: ObservedWorker, collector: CollectorState, grace_s: float) -> WorkerState:
    if observed.offline:
        return WorkerState.OFFLINE
    # Count silence only while the collector was connected.
    silent_s = collector.collected_at - max(observed.last_seen_at, collector.connected_since or 0.0)
    if silent_s > observed.heartbeat_interval_s + grace_s:
        return WorkerState.GONE
    return (
        WorkerState.LATE
        if collector.collected_at > observed.last_seen_at + observed.heartbeat_interval_s
        else WorkerState.ONLINE
    )
