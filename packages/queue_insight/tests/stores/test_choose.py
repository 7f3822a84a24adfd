from __future__ import annotations

import pytest
from celery import Celery
from django.db import connection

from queue_insight.errors import SettingInvalidError
from queue_insight.stores.choose import store_for
from queue_insight.stores.database import DatabaseStore
from queue_insight.stores.memory import MemoryStore
from queue_insight.stores.redis import RedisStore


def app(url):
    return Celery(broker=url, set_as_current=False)


def test_a_redis_broker_is_also_the_store():
    assert isinstance(store_for(app("redis://h/0;redis://other/0")), RedisStore)


def test_with_another_broker_the_store_is_the_default_database():
    assert isinstance(store_for(app("amqp://h//")), DatabaseStore)


def test_without_the_app_in_django_the_store_is_in_memory(settings):
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "queue_insight"]
    assert isinstance(store_for(app("amqp://h//")), MemoryStore)


def test_a_database_is_named_by_its_alias(settings):
    settings.QUEUE_INSIGHT = {"STORE": "database://default"}
    assert isinstance(store_for(app("redis://h/0")), DatabaseStore)


def test_a_database_that_is_not_configured_is_refused_with_those_that_are(settings):
    settings.QUEUE_INSIGHT = {"STORE": "database://other"}
    with pytest.raises(SettingInvalidError, match="names the database 'other'; DATABASES has default"):
        store_for(app("redis://h/0"))


def test_a_database_without_the_app_is_refused(settings):
    settings.INSTALLED_APPS = [name for name in settings.INSTALLED_APPS if name != "queue_insight"]
    settings.QUEUE_INSIGHT = {"STORE": "database://", "KEY_PREFIX": "without the app"}
    with pytest.raises(SettingInvalidError, match="add queue_insight to INSTALLED_APPS"):
        store_for(app("redis://h/0"))


def test_a_database_that_cannot_replace_rows_is_refused_by_its_name(settings, monkeypatch):
    settings.QUEUE_INSIGHT = {"STORE": "database://default", "KEY_PREFIX": "another"}
    monkeypatch.setattr(connection.features, "supports_update_conflicts_with_target", False)
    monkeypatch.setattr(connection, "display_name", "MariaDB")
    with pytest.raises(SettingInvalidError, match="which is MariaDB; use PostgreSQL"):
        store_for(app("redis://h/0"))


def test_the_setting_takes_precedence_over_the_broker(settings):
    settings.QUEUE_INSIGHT = {"STORE": "memory://"}
    assert isinstance(store_for(app("redis://h/0")), MemoryStore)


def test_a_process_has_one_store_per_app():
    assert store_for(app("amqp://h//")) is store_for(app("amqp://h//"))


def test_an_unknown_scheme_is_refused_with_those_that_work(settings):
    settings.QUEUE_INSIGHT = {"STORE": "memcached://h"}
    with pytest.raises(SettingInvalidError, match="'memcached'; use redis://"):
        store_for(app("redis://h/0"))
