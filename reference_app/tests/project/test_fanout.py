from __future__ import annotations

from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from tests import filming

from eliot_progress import install, progress
from eliot_progress.adapters.channels import changes
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


async def test_the_operators_are_told_when_work_begins_and_when_it_ends():
    ended = await sync_to_async(state_about)("something.Else:1")
    begun = replace(ended, outcome=None, seq=1)
    for state in (begun, ended):
        assert await heard_on("operations", state) == {"task": state.id}


async def test_each_state_reaches_who_follows_what_is_in_progress():
    state = await sync_to_async(state_about)("something.Else:1")
    async with changes(None) as changed:
        await sync_to_async(publish, thread_sensitive=False)(state)
        assert state.id in [told.id for told in await changed(10)]
