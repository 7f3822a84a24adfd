"""What a snapshot does not know, said as reasons. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.reasons import Reason

if TYPE_CHECKING:
    from queue_insight.errors import QueueInsightError
    from queue_insight.sighting import SeenWorker
    from queue_insight.snapshot import TaskInfo
    from queue_insight.stores.base import Kept

START_COLLECTOR = "Start the collector: manage.py queue_insight collect"
START_WORKERS = "Start workers with events on: celery -A <project> worker -E"


def on_broker(error: QueueInsightError) -> Reason:
    """Say that depths are not known."""
    return Reason(
        code="queues_unknown", message=str(error), remedy="Depths and waiting tasks are not known until then."
    )


def on_store(error: QueueInsightError) -> Reason:
    """Say that workers and running tasks are not known."""
    return Reason(
        code="workers_unknown",
        message=str(error),
        remedy="Workers and running tasks are not known until then.",
    )


def on_sighting(kept: Kept | None) -> tuple[Reason, ...]:
    """Say what the collector could not tell."""
    if kept is None:
        return (
            Reason(
                code="no_collector",
                message="No collector has reported, so workers and running tasks are not known.",
                remedy=START_COLLECTOR,
            ),
        )
    sighting = kept.sighting
    if kept.age_s > 2 * (sighting.next_by - sighting.collected_at):
        return (
            Reason(
                code="collector_silent",
                message=f"The collector has said nothing for {kept.age_s:.0f} s; its news are as old.",
                params={"age_s": round(kept.age_s, 1)},
                remedy=START_COLLECTOR,
            ),
        )
    if sighting.listening_since is None:
        return (
            Reason(
                code="collector_deaf",
                message="The collector cannot hear the broker at present, so what it tells may be old.",
                remedy="Check that the broker runs and that the collector reaches it; it goes on trying.",
            ),
        )
    return tuple(_on_hearing(kept, listened_s=sighting.collected_at - sighting.listening_since))


def _on_hearing(kept: Kept, *, listened_s: float) -> list[Reason]:
    sighting = kept.sighting
    notes = []
    if sighting.events == 0 and not sighting.workers:
        notes.append(
            Reason(
                code="nothing_heard",
                message=f"The collector has listened for {listened_s:.0f} s and heard of no worker.",
                params={"listened_s": round(listened_s, 1)},
                remedy=START_WORKERS,
            )
        )
    notes.extend(_events_off(w) for w in sighting.workers if w.untold_tasks and not w.offline)
    if sighting.evicted:
        notes.append(
            Reason(
                code="tasks_evicted",
                message=f"{sighting.evicted} tasks were dropped from the collector's bounded memory.",
                params={"evicted": sighting.evicted},
                remedy="Raise QUEUE_INSIGHT['MAX_TASKS'] if tasks are missing here.",
            )
        )
    return notes


def _events_off(worker: SeenWorker) -> Reason:
    return Reason(
        code="events_off",
        message=f"Worker {worker.name} has begun {worker.untold_tasks} tasks and sent no event of any.",
        params={"worker": worker.name, "tasks": worker.untold_tasks},
        remedy="Start it with -E, or: celery -A <project> control enable_events",
    )


def delivered_again(task: TaskInfo) -> Reason:
    """Say that a task which still runs waits in its queue a second time."""
    return Reason(
        code="delivered_again",
        message=f"Task {task.id} ({task.name}) runs on {task.worker} and waits in its queue again.",
        params={"task": task.id, "worker": task.worker},
        remedy="It runs longer than the broker's visibility timeout: raise "
        "broker_transport_options['visibility_timeout'] above the longest task, "
        "or make running it twice harmless.",
    )
