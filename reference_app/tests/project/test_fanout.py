from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from tests import filming

from eliot_progress import install, progress
from eliot_progress.stores.memory import MemoryStore
from timelapse.project.fanout import publish
from timelapse.rendering.models import Movie
from timelapse.shared.live import watch

pytestmark = pytest.mark.django_db(transaction=True)


def state_about(about):
    """A task's state, made of messages as a worker writes them."""
    installed = install(store=(store := MemoryStore()))
    with progress("render:movie", total=2, about=about):
        pass
    installed.remove()
    return store.latest(about)


async def heard_on(group, state):
    watcher = watch(group, beat=10)
    await anext(watcher)
    await sync_to_async(publish, thread_sensitive=False)(state)
    change = await anext(watcher)
    await watcher.aclose()
    return change


@sync_to_async
def a_movie():
    return Movie.objects.create(timelapse=filming.timelapse(), fps=30, width=1280, height=720)


async def test_a_movies_progress_reaches_who_watches_its_timelapse():
    movie = await a_movie()
    state = await sync_to_async(state_about)(f"rendering.Movie:{movie.pk}")
    assert await heard_on(f"timelapse.{movie.timelapse_id}", state) == {"movie": movie.pk}


async def test_any_progress_reaches_the_operators():
    state = await sync_to_async(state_about)("something.Else:1")
    assert await heard_on("operations", state) == {"task": state.id}
