from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from tests import factories

from eliot_progress.state import from_dict
from eliot_progress.testing.samples import task_state
from timelapse.project.progress_publisher import publish
from timelapse.rendering.models import Movie
from timelapse.shared import live, progress
from timelapse.shared.live import watch

pytestmark = pytest.mark.django_db(transaction=True)


async def received_on(group, *states, times=1, accept=None):
    watcher = watch(group, heartbeat_s=10, accept=accept)
    await anext(watcher)
    for state in states:
        await sync_to_async(publish, thread_sensitive=False)(state)
    received = [await anext(watcher) for _ in range(times)]
    await watcher.aclose()
    return received


@sync_to_async
def a_movie():
    return Movie.objects.create(timelapse=factories.timelapse(), fps=30, width=1280, height=720)


async def test_a_movies_progress_reaches_the_watchers_of_its_timelapse_with_its_state():
    movie = await a_movie()
    state = task_state(about=f"rendering.Movie:{movie.pk}")
    (event,) = await received_on(f"timelapse.{movie.timelapse_id}", state)
    assert event["movie"] == movie.pk
    assert from_dict(event["progress"]) == state


async def test_progress_reported_before_the_movie_is_committed_hides_nothing_that_follows():
    timelapse = await sync_to_async(factories.timelapse)()
    future = 1_000_000_007
    state = task_state(about=f"rendering.Movie:{future}")
    await sync_to_async(publish, thread_sensitive=False)(state)
    await Movie.objects.acreate(pk=future, timelapse=timelapse, fps=30, width=1280, height=720)
    (event,) = await received_on(f"timelapse.{timelapse.pk}", state)
    assert event["movie"] == future


async def test_events_say_when_work_starts_and_when_it_ends_and_not_in_between():
    # The very first report may never be published: a newer one replaces it while it waits.
    started, running, ended = (
        task_state(seq, level=(3,), outcome=outcome) for seq, outcome in ((2, None), (3, None), (4, "failed"))
    )
    other = task_state(level=(4,), outcome="succeeded")
    events = await received_on(
        progress.GROUP,
        *(started, running, ended, other),
        times=3,
        accept=lambda event: event.get("starts_or_ends"),
    )
    states = [progress.state_in(event) for event in events]
    assert [(state.id, state.seq) for state in states] == [(started.id, 2), (ended.id, 4), (other.id, 1)]


async def test_each_state_reaches_the_followers_of_all_tasks():
    state = task_state()
    async with progress.changes(None) as changed:
        await sync_to_async(publish, thread_sensitive=False)(state)
        assert state.id in [each.id for each in await changed(10)]


@pytest.mark.parametrize("reports", [[1], [1, 2], [1, 2, 3]])
async def test_a_report_is_at_most_two_messages_on_the_channel(monkeypatch, reports):
    """Each of the reports of a movie, from the first to the last."""
    groups = []

    async def group_send(group, message):
        groups.append(group)

    movie = await a_movie()
    monkeypatch.setattr(get_channel_layer(), "group_send", group_send)
    for seq in reports:
        last = seq == len(reports)
        state = task_state(
            seq,
            level=(len(reports), 9),
            about=f"rendering.Movie:{movie.pk}",
            outcome="succeeded" if last else None,
        )
        await sync_to_async(publish, thread_sensitive=False)(state)
        assert await sync_to_async(live.flush, thread_sensitive=False)(10)
        assert sorted(groups) == ["progress", f"timelapse.{movie.timelapse_id}"]
        groups.clear()
