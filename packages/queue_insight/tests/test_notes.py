from __future__ import annotations

import pytest

from queue_insight.collector_state import CollectorState, ObservedWorker
from queue_insight.errors import BrokerUnsupportedError, CollectorStateUnreadableError
from queue_insight.notes import broker_unavailable, collector_notes, store_unavailable
from queue_insight.stored_state import StoredState

WORKER = ObservedWorker(name="one@test", last_seen_at=1000.0)


def stored(age_s=0.0, unreadable=0, **fields):
    state = CollectorState(
        **{
            "collected_at": 1000.0,
            "next_by": 1001.0,
            "connected_since": 988.0,
            "workers": (WORKER,),
            **fields,
        }
    )
    return StoredState(state=state, age_s=age_s, unreadable=unreadable)


@pytest.mark.parametrize(
    ("stored", "code", "message"),
    [
        (None, "no_collector", "No collector has reported"),
        (stored(age_s=2.1), "collector_silent", "for 2 s"),
        (stored(connected_since=None), "collector_disconnected", "disconnected from the broker"),
        (stored(workers=()), "no_workers_observed", "connected for 12 s"),
        (stored(evicted=3), "tasks_evicted", "dropped 3 tasks of workers"),
        (stored(sent_left_out=40_000), "sent_left_out", "40,000 of the longest queues were left out"),
        (stored(reconnects=2), "collector_reconnected", "2 times since it started, and is connected"),
        (
            stored(workers=(ObservedWorker(name="w", last_seen_at=1000.0, starts=2, missed_starts=2),)),
            "events_off",
            "started 2 tasks",
        ),
        (
            stored(
                workers=(
                    ObservedWorker(
                        name="w", last_seen_at=1000.0, starts=1000, missed_starts=300, sends_events=True
                    ),
                )
            ),
            "events_lost",
            "The events of 300 of 1000 started tasks did not arrive (30%)",
        ),
        (
            stored(workers=(ObservedWorker(name="w", last_seen_at=1000.0, clock_offset_s=300.0),)),
            "clock_skew",
            "300 s behind the collector's",
        ),
        (stored(malformed=12), "malformed_events", "12 malformed events arrived"),
        (stored(dropped=5), "events_dropped", "dropped 5 messages with events"),
        (stored(evicted_series=3), "series_evicted", "The history of 3 names"),
        (stored(evicted_failures=1), "failures_evicted", "dropped 1 group of failures"),
        (stored(unreadable=2), "records_unreadable", "2 records in the store"),
        (stored(malformed=1), "malformed_events", "1 malformed event arrived"),
    ],
)
def test_every_note_has_a_remedy(stored, code, message):
    (note,) = collector_notes(stored)
    assert note.code == code
    assert message in note.message
    assert note.remedy


def test_there_are_no_notes_while_the_collector_saves_on_time():
    assert collector_notes(stored(age_s=1.9)) == ()


def test_there_is_no_note_about_an_offline_worker():
    assert (
        collector_notes(
            stored(
                workers=(ObservedWorker(name="w", last_seen_at=1.0, starts=2, missed_starts=2, offline=True),)
            )
        )
        == ()
    )


def test_errors_become_notes():
    assert broker_unavailable(BrokerUnsupportedError("sqs")).code == "queues_unknown"
    assert store_unavailable(CollectorStateUnreadableError("old")).code == "workers_unknown"
