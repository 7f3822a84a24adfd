from __future__ import annotations

import pytest
import redis
from tests.conftest import free_port

from queue_insight.errors import CollectorStateUnreadableError, StoreUnreachableError
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.stores import FULL, StoreConformance


class TestRedisStore(StoreConformance):
    @pytest.fixture(autouse=True)
    def empty(self, broker_url):
        self.url = broker_url
        with redis.Redis.from_url(broker_url) as client:
            client.flushdb()

    def make_store(self):
        return RedisStore(self.url)


def test_two_prefixes_are_two_stores(broker_url):
    RedisStore(broker_url, key_prefix="one").save(FULL, retention_s=60)
    assert RedisStore(broker_url, key_prefix="another").load() is None


def test_a_key_of_another_version_is_refused_with_the_remedy(broker_url):
    with redis.Redis.from_url(broker_url) as client:
        client.hset("old:collector-state", mapping={"document": b'{"v": 0}', "retention_ms": 1})
    with pytest.raises(CollectorStateUnreadableError, match="same version"):
        RedisStore(broker_url, key_prefix="old").load()


@pytest.mark.parametrize("call", [lambda s: s.load(), lambda s: s.save(FULL, retention_s=1)])
def test_an_unreachable_server_is_named_without_its_password(call):
    port = free_port()
    with pytest.raises(StoreUnreachableError, match=f"127.0.0.1:{port}/0") as caught:
        call(RedisStore(f"redis://:secret@127.0.0.1:{port}/0"))
    assert "secret" not in str(caught.value)
