from __future__ import annotations

import pytest

from eliot_progress import messages
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.stores.redis import RedisStore

_UUID = "17348029-c0ed-4841-9690-67cfc59fa371"


def message(seq=1, *, level=(2,), about="app.Movie:7", started_at=100.0, **rest):
    report = messages.Report(
        task_uuid=_UUID,
        level=level,
        action_type="render",
        seq=seq,
        description="Render",
        about=about,
        started_at=started_at,
        **rest,
    )
    return {
        "task_uuid": _UUID,
        "task_level": [*level, seq + 1],
        "message_type": "progress",
        **messages.fields(report),
    }


@pytest.fixture(params=["memory", "redis"])
def store(request):
    if request.param == "memory":
        return MemoryStore()
    url = request.getfixturevalue("valkey_url")
    return RedisStore(url, prefix=f"{request.node.name}:")


def test_the_newest_state_wins_whatever_the_order(store):
    for seq in (3, 1, 2, 3):
        store.record(message(seq, done=seq * 10))
    assert store.get(f"{_UUID}@/2").done == 30


def test_an_outcome_is_never_taken_back(store):
    store.record(message(5, outcome="succeeded"))
    store.record(message(6, done=1))
    assert store.get(f"{_UUID}@/2").outcome == "succeeded"
    assert store.active() == ()


def test_the_task_started_last_speaks_for_an_object(store):
    store.record(message(1, level=(3,), started_at=200.0, total=7))
    store.record(message(9, level=(2,), started_at=100.0))
    assert store.latest("app.Movie:7").id == f"{_UUID}@/3"
    assert store.latest_many(["app.Movie:7", "app.Movie:8"]) == {"app.Movie:7": store.get(f"{_UUID}@/3")}
    assert store.latest("app.Movie:8") is None


def test_active_tasks_come_newest_first_and_bounded(store):
    for n in range(2, 7):
        store.record(message(1, level=(n,), started_at=100.0 + n, about=f"app.Movie:{n}"))
    store.record(message(2, level=(4,), started_at=104.0, about="app.Movie:4", outcome="failed", reason="x"))
    assert [state.about[-1] for state in store.active(3)] == ["6", "5", "3"]


def test_other_messages_are_left_out(store):
    store.record({"message_type": "hello", "task_uuid": "x", "task_level": [1]})
    store.record({"message_type": "progress", "seq": "many"})
    assert store.active() == ()
