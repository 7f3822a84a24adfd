from __future__ import annotations

import pytest
import redis
from tests.conftest import free_port

from queue_insight.collector_state import Part
from queue_insight.errors import StoreUnreachableError
from queue_insight.stored_state import load
from queue_insight.stores.base import Changes
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.states import FULL, LONG_S, save
from queue_insight.testing.stores import StoreConformance


class TestRedisStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def empty(self, broker_url):
        self.url = broker_url
        with redis.Redis.from_url(broker_url) as client:
            client.flushdb()

    def make_store(self):
        return RedisStore(self.url)


def test_two_prefixes_are_two_stores(broker_url):
    save(RedisStore(broker_url, key_prefix="one"), FULL)
    assert load(RedisStore(broker_url, key_prefix="another")) is None
    assert RedisStore(broker_url, key_prefix="another").task_ids(limit=1) == []


def test_a_token_is_never_used_again_even_after_the_lease_has_been_deleted(broker_url):
    store = RedisStore(broker_url, key_prefix="deleted")
    before = [store.acquire("one", lease_s=LONG_S).token for _ in range(3)]
    with redis.Redis.from_url(broker_url) as client:
        client.delete("deleted:collector:lease")
    assert store.acquire("one", lease_s=LONG_S).token > before[-1]
    assert before == sorted(set(before))


def test_no_key_remains_for_ever(broker_url):
    save(RedisStore(broker_url, key_prefix="expiring"), FULL)
    with redis.Redis.from_url(broker_url) as client:
        keys = client.keys("expiring:*")
        assert len(keys) == 12
        assert all(client.pttl(key) > 0 for key in keys)


NOTHING = Changes(header=b"{}")


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.read([]),
        lambda s: s.read_records(Part.TASKS, ["t1"]),
        lambda s: s.task_ids(limit=1),
        lambda s: s.acquire("one", lease_s=1),
        lambda s: s.release(1),
        lambda s: s.write(NOTHING, token=1, lease_s=1, retention_s=1),
    ],
)
def test_an_unreachable_server_is_named_without_its_password(call):
    port = free_port()
    with pytest.raises(StoreUnreachableError, match=f"127.0.0.1:{port}/0") as caught:
        call(RedisStore(f"redis://:secret@127.0.0.1:{port}/0"))
    assert "secret" not in str(caught.value)
