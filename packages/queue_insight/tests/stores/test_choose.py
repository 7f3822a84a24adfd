from __future__ import annotations

import pytest
from celery import Celery

from queue_insight.errors import SettingInvalidError
from queue_insight.stores.choose import store_for
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore


def app(url):
    return Celery(broker=url, set_as_current=False)


def test_a_redis_broker_is_also_the_store():
    assert isinstance(store_for(app("redis://h/0;redis://other/0")), RedisStore)


def test_with_another_broker_the_store_is_in_memory():
    assert isinstance(store_for(app("amqp://h//")), MemoryStore)


def test_the_setting_takes_precedence_over_the_broker(settings):
    settings.QUEUE_INSIGHT = {"STORE": "memory://"}
    assert isinstance(store_for(app("redis://h/0")), MemoryStore)


def test_a_process_has_one_store_per_app():
    assert store_for(app("amqp://h//")) is store_for(app("amqp://h//"))


def test_an_unknown_scheme_is_refused_with_those_that_work(settings):
    settings.QUEUE_INSIGHT = {"STORE": "memcached://h"}
    with pytest.raises(SettingInvalidError, match="'memcached'; use redis://"):
        store_for(app("redis://h/0"))
