from __future__ import annotations

import pytest
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight.errors import StoreUnreachableError
from queue_insight.history import history
from queue_insight.stored_state import load
from queue_insight.stores.redis import RedisStore


def test_a_store_that_does_not_respond_is_an_error_and_no_empty_history():
    with pytest.raises(StoreUnreachableError):
        history(queue="movies", store=RedisStore(f"redis://127.0.0.1:{free_port()}/0"))


@pytest.mark.slow
def test_what_a_real_worker_did_is_in_the_history_also_after_the_collector_was_replaced(
    app, store, worker, run_collector
):
    def has_finished(number):
        stored = load(store)
        return stored and len(stored.state.finished) == number

    stop = run_collector()
    worker("-E", "-c", "1")
    wait_until(lambda: (stored := load(store)) and any(each.queues for each in stored.state.workers))
    for _ in range(3):
        app.send_task("work.nothing")
    wait_until(lambda: has_finished(3))
    stop()
    before = history(name="work.nothing", store=store).hour
    assert before.succeeded == 3
    former = load(store).state.connected_since
    stop = run_collector()
    wait_until(lambda: load(store).state.connected_since not in {None, former})
    app.send_task("work.nothing")
    wait_until(lambda: has_finished(4))
    stop()
    after = history(name="work.nothing", store=store).hour
    assert after.succeeded == 4
    assert after.observed_s > before.observed_s
    assert history(queue="celery", store=store).hour.wait_s(0.5) is not None
