from __future__ import annotations

import contextvars

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from tests.shop.models import Film, Room


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
