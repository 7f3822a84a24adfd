"""Reasons that describe what a snapshot does not know. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.reasons import Reason

if TYPE_CHECKING:
    from queue_insight.collector_state import ObservedWorker
    from queue_insight.errors import QueueInsightError
    from queue_insight.snapshot import TaskInfo
    from queue_insight.stores.base import StoredState

START_COLLECTOR = "Start the collector: manage.py queue_insight collect"
START_WORKERS = "Start workers with events on: celery -A <project> worker -E"


def broker_unavailable(error: QueueInsightError) -> Reason:
    """Return the note that queue depths are unknown."""
    return Reason(
        code="queues_unknown", message=str(error), remedy="Depths and waiting tasks are unknown until then."
    )


def store_unavailable(error: QueueInsightError) -> Reason:
    """Return the note that workers and running tasks are unknown."""
    return Reason(
        code="workers_unknown",
        message=str(error),
        remedy="Workers and running tasks are unknown until then.",
    )


def collector_notes(stored: StoredState | None) -> tuple[Reason, ...]:
    """Return what limits the collector's knowledge; empty when nothing does."""
    if stored is None:
        return (
            Reason(
                code="no_collector",
                message="No collector has reported, so workers and running tasks are unknown.",
                remedy=START_COLLECTOR,
            ),
        )
    state = stored.state
    if stored.age_s > 2 * (state.next_by - state.collected_at):
        return (
            Reason(
                code="collector_silent",
                message=f"The collector has not reported for {stored.age_s:.0f} s; its data is that old.",
                params={"age_s": round(stored.age_s, 1)},
                remedy=START_COLLECTOR,
            ),
        )
    if state.connected_since is None:
        return (
            Reason(
                code="collector_disconnected",
                message="The collector is disconnected from the broker, so its data may be outdated.",
                remedy="Check that the broker runs and that the collector can reach it; it keeps retrying.",
            ),
        )
    return tuple(_connected_notes(stored, connected_s=state.collected_at - state.connected_since))


def _connected_notes(stored: StoredState, *, connected_s: float) -> list[Reason]:
    state = stored.state
    notes = []
    if state.events == 0 and not state.workers:
        notes.append(
            Reason(
                code="no_workers_observed",
                message=f"The collector has been connected for {connected_s:.0f} s and observed no worker.",
                params={"connected_s": round(connected_s, 1)},
                remedy=START_WORKERS,
            )
        )
    notes.extend(_events_off(w) for w in state.workers if w.unreported_tasks and not w.offline)
    if state.evicted:
        notes.append(
            Reason(
                code="tasks_evicted",
                message=f"The collector dropped {state.evicted} tasks to keep its memory bounded.",
                params={"evicted": state.evicted},
                remedy="Raise QUEUE_INSIGHT['MAX_TASKS'] if tasks are missing here.",
            )
        )
    return notes


def _events_off(worker: ObservedWorker) -> Reason:
    return Reason(
        code="events_off",
        message=f"Worker {worker.name} has started {worker.unreported_tasks} tasks without sending an event.",
        params={"worker": worker.name, "tasks": worker.unreported_tasks},
        remedy="Start it with -E, or: celery -A <project> control enable_events",
    )


def redelivered(task: TaskInfo) -> Reason:
    """Return the note that a running task also waits in its queue."""
    return Reason(
        code="redelivered",
        message=f"Task {task.id} ({task.name}) runs on {task.worker} and waits in its queue again.",
        params={"task": task.id, "worker": task.worker},
        remedy="It runs longer than the broker's visibility timeout: raise "
        "broker_transport_options['visibility_timeout'] above the longest task, "
        "or make running it twice harmless.",
    )
