"""A reason: one answer to "why?", for code (`code`, `params`) and for people (`message`, `remedy`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

#: Every code with which `diagnose` answers why a task is not running.
TASK_CODES: Final = frozenset(
    {
        "about_to_start",
        "end_not_known",
        "expired",
        "finished",
        "handed_out",
        "maybe_deeper",
        "next",
        "no_worker",
        "not_due",
        "not_found",
        "not_known",
        "paused",
        "prefetch_blocked",
        "rate_limited",
        "reserved",
        "revoked",
        "sent",
        "tasks_ahead",
        "unregistered",
        "worker_gone",
        "worker_unknown",
        "workers_busy",
        "workers_idle",
        "workers_late",
    }
)
#: Every code of `Snapshot.notes`, which follow what `diagnose` answers.
NOTE_CODES: Final = frozenset(
    {
        "clock_skew",
        "collector_disconnected",
        "collector_reconnected",
        "collector_silent",
        "events_dropped",
        "events_lost",
        "events_off",
        "failures_evicted",
        "malformed_events",
        "malformed_messages",
        "management_unavailable",
        "no_collector",
        "no_store",
        "no_workers_observed",
        "queues_refused",
        "queues_unknown",
        "records_unreadable",
        "redelivered",
        "sender_clock_ahead",
        "sent_left_out",
        "series_evicted",
        "tasks_evicted",
        "workers_unknown",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is as it is, and what to do about it."""

    #: Stable identifier for programs; never translated.
    code: str
    #: One sentence for people.
    message: str
    #: The values in the message, by name.
    params: Mapping[str, str | int | float | None] = field(default_factory=dict)
    #: What to do about it; empty when there is nothing to do but wait.
    remedy: str = ""


def count(number: int, noun: str) -> str:
    """Return the number with the noun in its form: "1 task", "2 tasks"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def instant(at: datetime) -> str:
    """Return an instant for a sentence: ISO 8601, which a page can show in the reader's time zone."""
    return at.isoformat(timespec="seconds")
