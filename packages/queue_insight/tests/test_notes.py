from __future__ import annotations

import pytest

from queue_insight.errors import BrokerUnsupportedError, SightingUnreadableError
from queue_insight.notes import on_broker, on_sighting, on_store
from queue_insight.sighting import SeenWorker, Sighting
from queue_insight.stores.base import Kept

WORKER = SeenWorker(name="one@test", seen_at=1000.0)


def kept(age_s=0.0, **fields):
    sighting = Sighting(
        **{
            "collected_at": 1000.0,
            "next_by": 1001.0,
            "listening_since": 988.0,
            "workers": (WORKER,),
            **fields,
        }
    )
    return Kept(sighting=sighting, age_s=age_s)


@pytest.mark.parametrize(
    ("kept", "code", "said"),
    [
        (None, "no_collector", "No collector has reported"),
        (kept(age_s=2.1), "collector_silent", "for 2 s"),
        (kept(listening_since=None), "collector_deaf", "cannot hear the broker"),
        (kept(workers=()), "nothing_heard", "listened for 12 s"),
        (kept(evicted=3), "tasks_evicted", "3 tasks were dropped"),
        (
            kept(workers=(SeenWorker(name="w", seen_at=1000.0, untold_tasks=2),)),
            "events_off",
            "begun 2 tasks",
        ),
    ],
)
def test_what_is_not_known_is_said_with_a_remedy(kept, code, said):
    (note,) = on_sighting(kept)
    assert note.code == code
    assert said in note.message
    assert note.remedy


def test_all_is_known_when_the_collector_is_in_time():
    assert on_sighting(kept(age_s=1.9)) == ()


def test_a_worker_that_left_is_not_complained_about():
    assert on_sighting(kept(workers=(SeenWorker(name="w", seen_at=1.0, untold_tasks=2, offline=True),))) == ()


def test_errors_become_notes():
    assert on_broker(BrokerUnsupportedError("sqs")).code == "queues_unknown"
    assert on_store(SightingUnreadableError("old")).code == "workers_unknown"
