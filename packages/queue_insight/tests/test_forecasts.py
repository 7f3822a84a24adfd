from __future__ import annotations

import pytest

from queue_insight.brokers.choose import broker_for
from queue_insight.collector_state import CollectorState, ObservedWorker
from queue_insight.conf import Settings
from queue_insight.drain import DrainState
from queue_insight.forecasts import forecasts
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.states import save


@pytest.fixture
def estimated(app):
    """A queue of 100 tasks of 2 s, for one slot."""
    for _ in range(100):
        app.send_task("work.do")
    worker = ObservedWorker(name="one@test", last_seen_at=1000.0, queues=("celery", "slow"), slots=1)
    return CollectorState(
        collected_at=1000.0,
        next_by=1001.0,
        connected_since=1.0,
        workers=(worker,),
        queues={"celery": None, "slow": None},
        run_times={"work.do": (2.0,) * 20},
        scores={"celery": (4.0,) * 50},
    )


def test_a_forecast_is_what_readers_get_without_what_was_learnt(app, estimated):
    store = MemoryStore()
    save(store, estimated)
    full, empty = forecasts(broker_for(app), store, Settings(), lambda: 1000.0)
    assert (full.queue, full.depth, full.at) == ("celery", 100, 1000.0)
    assert full.drain.median_s == pytest.approx(200, rel=0.05)
    assert (full.drain.factor, full.drain.compared) == (None, 0)
    assert (empty.queue, empty.depth, empty.drain.state) == ("slow", 0, DrainState.EMPTY)


def test_without_a_saved_state_there_is_none(app):
    assert forecasts(broker_for(app), MemoryStore(), Settings(), lambda: 1000.0) == ()
