from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from tests import filming

from eliot_progress.adapters.channels import changes
from eliot_progress.testing.samples import task_state
from timelapse.project.progress_publisher import publish
from timelapse.rendering.models import Movie
from timelapse.shared.live import watch

pytestmark = pytest.mark.django_db(transaction=True)


async def heard_on(group, *states, times=1):
    watcher = watch(group, beat=10)
    await anext(watcher)
    for state in states:
        await sync_to_async(publish, thread_sensitive=False)(state)
    heard = [await anext(watcher) for _ in range(times)]
    await watcher.aclose()
    return heard


@sync_to_async
def a_movie():
    return Movie.objects.create(timelapse=filming.timelapse(), fps=30, width=1280, height=720)


async def test_a_movies_progress_reaches_who_watches_its_timelapse():
    movie = await a_movie()
    state = task_state(about=f"rendering.Movie:{movie.pk}")
    assert await heard_on(f"timelapse.{movie.timelapse_id}", state) == [{"movie": movie.pk}]


async def test_the_operators_are_told_when_work_begins_and_when_it_ends_and_not_in_between():
    # The very first report may never be told: a newer one takes its place while it waits.
    begun, goes_on, ended = (
        task_state(seq, level=(3,), outcome=outcome)
        for seq, outcome in ((2, None), (3, None), (4, "failed"))
    )
    other = task_state(level=(4,), outcome="succeeded")
    heard = await heard_on("operations", begun, goes_on, ended, other, times=3)
    assert heard == [{"task": ended.id}, {"task": ended.id}, {"task": other.id}]


async def test_each_state_reaches_who_follows_what_is_in_progress():
    state = task_state()
    async with changes(None) as changed:
        await sync_to_async(publish, thread_sensitive=False)(state)
        assert state.id in [told.id for told in await changed(10)]
