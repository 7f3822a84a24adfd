"""Reasons that describe what a snapshot does not know. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from queue_insight.freshness import BROKER_UNREAD, STATE_UNREAD
from queue_insight.reasons import Reason, count, instant
from queue_insight.snapshot import moment

if TYPE_CHECKING:
    from queue_insight.brokers.base import BrokerState
    from queue_insight.collector_state import CollectorHeader, ObservedWorker
    from queue_insight.errors import QueueInsightError
    from queue_insight.snapshot import TaskInfo
    from queue_insight.stored_state import StoredState

START_COLLECTOR = "Start the collector: manage.py queue_insight collect"
#: What to do if the store is this process's memory, where no collector of another process saves anything.
SET_STORE = (
    "Set QUEUE_INSIGHT['STORE'] to a Redis or Valkey server that the collector and this process reach, "
    'as "redis://localhost:6379/1", or to one of the DATABASES that is PostgreSQL or SQLite, as '
    '"database://default" (run manage.py migrate); then restart both.'
)
#: Offset from which a clock is reported; less may be the delivery time of events.
SKEW_S = 2.0
#: Number of queues that a note names.
MAX_REFUSED = 5
START_WORKERS = "Start workers with events on: celery -A <project> worker -E"


def broker_unavailable(error: QueueInsightError) -> Reason:
    """Return the note that queue depths are unknown."""
    return Reason(
        code=BROKER_UNREAD, message=str(error), remedy="Depths and waiting tasks are unknown until then."
    )


def store_unavailable(error: QueueInsightError) -> Reason:
    """Return the note that workers and running tasks are unknown."""
    return Reason(
        code=STATE_UNREAD,
        message=str(error),
        remedy="Workers and running tasks are unknown until then.",
    )


def no_store(transport: str) -> Reason:
    """Return the note that no store is configured which several processes share."""
    return Reason(
        code="no_store",
        message=f"The broker ({transport}) can't keep the collector's state and QUEUE_INSIGHT['STORE'] names "
        "no server, so workers and running tasks are unknown.",
        params={"transport": transport},
        remedy=SET_STORE,
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
                remedy=f"{START_COLLECTOR}. If it runs, its log says why it can't save.",
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
    alive = [worker for worker in state.workers if not worker.offline]
    notes.extend(_events_off(w) for w in alive if w.missed_starts and not w.sends_events)
    if lossy := [w for w in alive if w.missed_starts and w.sends_events]:
        notes.append(_events_lost(lossy))
    notes.extend(_clock_skew(w, w.clock_offset_s) for w in alive if abs(w.clock_offset_s or 0.0) >= SKEW_S)
    if state.reconnects:
        notes.append(_reconnected(state.reconnects, state.collected_at - connected_s))
    if state.malformed:
        notes.append(
            Reason(
                code="malformed_events",
                message=f"{count(state.malformed, 'malformed event')} arrived since the collector started; "
                "their odd fields were left out.",
                params={"malformed": state.malformed},
                remedy="Look for a foreign or broken sender of events.",
            )
        )
    if stored.unreadable:
        notes.append(
            Reason(
                code="records_unreadable",
                message=f"{count(stored.unreadable, 'record')} in the store could not be read.",
                params={"unreadable": stored.unreadable},
                remedy="Give this app a QUEUE_INSIGHT['KEY_PREFIX'] of its own, if others write there.",
            )
        )
    return [*notes, *_drops(state)]


def _drops(state: CollectorHeader) -> list[Reason]:
    """Return what the collector dropped to keep its memory bounded."""
    notes = []
    if state.dropped:
        notes.append(
            Reason(
                code="events_dropped",
                message=f"The collector dropped {count(state.dropped, 'message')} with events, which arrived "
                "faster than it decodes them; inspections of the workers correct what is shown.",
                params={"dropped": state.dropped},
                remedy="Give the collector more processor time, or send fewer events.",
            )
        )
    if state.evicted:
        notes.append(
            Reason(
                code="tasks_evicted",
                message=f"The collector dropped {count(state.evicted, 'task')} of workers to keep its memory "
                "bounded: first those that ended with their worker, then those that had not started.",
                params={"evicted": state.evicted},
                remedy="Raise QUEUE_INSIGHT['MAX_TASKS'] if tasks are missing here.",
            )
        )
    if state.sent_left_out:
        notes.append(
            Reason(
                code="sent_left_out",
                message=f"More tasks wait than the collector keeps: {state.sent_left_out:,} of the longest "
                "queues were left out, evenly. Names of what waits, where the broker shows none, and waits "
                "in the history are those of the others.",
                params={"left_out": state.sent_left_out},
                remedy="Raise QUEUE_INSIGHT['MAX_TASKS'] to keep all.",
            )
        )
    if state.evicted_series:
        notes.append(
            Reason(
                code="series_evicted",
                message=f"The history of {count(state.evicted_series, 'name')} of queues and tasks was "
                "dropped to keep it bounded; those used least recently went.",
                params={"evicted": state.evicted_series},
                remedy="Look for names that are made up for each task; put what differs into arguments.",
            )
        )
    if state.evicted_failures:
        notes.append(
            Reason(
                code="failures_evicted",
                message=f"The collector dropped {count(state.evicted_failures, 'group')} of failures to keep "
                "them bounded; the rarest went, of those the ones that failed longest ago.",
                params={"evicted": state.evicted_failures},
                remedy="Look for exceptions whose types are made up at run time.",
            )
        )
    return notes


def malformed_messages(number: int) -> tuple[Reason, ...]:
    """Return the note that some messages in the broker could not be understood; empty for none."""
    if not number:
        return ()
    return (
        Reason(
            code="malformed_messages",
            message=f"{count(number, 'message')} in the broker could not be understood completely.",
            params={"malformed": number},
            remedy="Look for a sender that is not Celery, or that uses another version of its protocol.",
        ),
    )


def broker_notes(state: BrokerState) -> tuple[Reason, ...]:
    """Return what could not be read of a broker that responds."""
    notes = list(malformed_messages(state.malformed))
    if state.refused:
        named = [f"{name!r} ({why})" for name, why in list(state.refused.items())[:MAX_REFUSED]]
        notes.append(
            Reason(
                code="queues_refused",
                message=f"{count(len(state.refused), 'queue')} could not be counted: {', '.join(named)}.",
                params={"queues": len(state.refused)},
                remedy="Allow the broker's user to read them, or leave them out.",
            )
        )
    if state.management_failure:
        notes.append(
            Reason(
                code="management_unavailable",
                message=f"RabbitMQ's management API gave no answer ({state.management_failure}), so "
                "unacknowledged tasks, and queues that nobody named, are unknown.",
                remedy="Enable the plugin rabbitmq_management, give the user the tag 'monitoring', "
                "and name the address in QUEUE_INSIGHT['RABBITMQ_MANAGEMENT_URL'].",
            )
        )
    return tuple(notes)


def _reconnected(times: int, since: float) -> Reason:
    since_text = instant(moment(since))
    return Reason(
        code="collector_reconnected",
        message=f"The collector has lost its connection to the broker {count(times, 'time')} since it "
        f"started, and is connected again since {since_text}; what happened in between is known from "
        "inspections only.",
        params={"reconnects": times, "since": since_text},
        remedy="If that number grows, look for a broker that restarts, or for an unreliable network.",
    )


def _events_off(worker: ObservedWorker) -> Reason:
    return Reason(
        code="events_off",
        message=f"Worker {worker.name} has started {count(worker.missed_starts, 'task')} "
        "without sending an event.",
        params={"worker": worker.name, "tasks": worker.missed_starts},
        remedy="Start it with -E, or: celery -A <project> control enable_events",
    )


def _events_lost(workers: list[ObservedWorker]) -> Reason:
    missed, starts = sum(w.missed_starts for w in workers), sum(w.starts for w in workers)
    return Reason(
        code="events_lost",
        message=f"The events of {missed} of {count(starts, 'started task')} did not arrive "
        f"({missed / starts:.0%}); inspections of the workers correct what is shown.",
        params={"missed": missed, "starts": starts},
        remedy="Look for a broker or a collector that is overloaded.",
    )


def _clock_skew(worker: ObservedWorker, offset_s: float | None) -> Reason:
    offset_s = offset_s or 0.0
    return Reason(
        code="clock_skew",
        message=f"The clock of worker {worker.name} is {abs(offset_s):.0f} s "
        f"{'behind' if offset_s > 0 else 'ahead of'} the collector's; times are corrected by that.",
        params={"worker": worker.name, "offset_s": round(offset_s, 1)},
        remedy="Synchronise the clocks of the hosts (NTP).",
    )


def sender_clock_ahead(seconds: float) -> tuple[Reason, ...]:
    """Return the note that a task was sent in the future, by this many seconds; empty below 2 s."""
    if seconds < SKEW_S:
        return ()
    return (
        Reason(
            code="sender_clock_ahead",
            message=f"The clock of a sender is at least {seconds:.0f} s ahead, "
            "so the wait of its tasks is unknown.",
            params={"ahead_s": round(seconds, 1)},
            remedy="Synchronise the clocks of the hosts (NTP).",
        ),
    )


def redelivered(task: TaskInfo) -> Reason:
    """Return the note that a running task also waits in its queue."""
    return Reason(
        code="redelivered",
        message=f"Task {task.id} ({task.name}) runs on {task.worker} and waits in its queue again.",
        params={"task": task.id, "worker": task.worker},
        remedy="The broker delivers a task again whose worker lost its connection, or has not acknowledged "
        "it in time: Redis and Valkey by broker_transport_options['visibility_timeout'], RabbitMQ by its "
        "consumer_timeout. Make running it twice harmless, and raise that limit above the longest task.",
    )
