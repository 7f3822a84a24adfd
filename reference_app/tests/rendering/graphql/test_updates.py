from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, Permission, User
from strawberry import relay
from tests.factories import frame, timelapse
from tests.held_locks import held_elsewhere

from queue_insight.collector_state import CollectorState, ObservedWorker
from queue_insight.read import celery_app
from queue_insight.stores.choose import store_for
from queue_insight.testing.states import save
from timelapse.project.schema import schema
from timelapse.rendering import actions, deletion
from timelapse.rendering.actions import RENDER_TASK
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.shared.access import load_permissions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

UPDATES = """
subscription ($id: ID!) { timelapseUpdates(id: $id) { kind seq heartbeatSeconds gone more changed {
  __typename
  ... on Timelapse { id name frameCount latestFrame { sequence } availableTransitions { name allowed } }
  ... on Frame { sequence }
  ... on Movie { id state waiting { code params } availableTransitions { name allowed } }
} } }
"""


def changed(answer, typename):
    return [each for each in answer["changed"] if each["__typename"] == typename]


@asynccontextmanager
async def watching(user, gid):
    """A subscription, as over a websocket, whose messages come one by one."""
    await sync_to_async(load_permissions)(user)
    context = {"ws": SimpleNamespace(scope={"user": user})}
    stream = await schema.subscribe(UPDATES, variable_values={"id": gid}, context_value=context)

    async def following():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        return answer.data["timelapseUpdates"]

    async with asyncio.timeout(30):
        yield following
    await stream.aclose()


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


async def test_first_everything_then_each_change_with_a_growing_number(user):
    garden = await sync_to_async(timelapse)()
    async with watching(user, gid(garden)) as following:
        first = await following()
        assert (first["kind"], first["seq"], first["gone"], first["more"]) == ("SNAPSHOT", 1, [], 0)
        assert [each["frameCount"] for each in changed(first, "Timelapse")] == [0]

        made = await sync_to_async(frame)(garden.camera)
        answer = await following()
        assert (answer["kind"], answer["seq"]) == ("DELTA", 2)
        assert [each["sequence"] for each in changed(answer, "Frame")] == [made.sequence]
        (row,) = changed(answer, "Timelapse")
        assert (row["frameCount"], row["latestFrame"]) == (1, {"sequence": made.sequence})

        movie = await sync_to_async(actions.request_render)(garden.pk, RenderOptions(), user)
        answer = await following()
        assert answer["seq"] == 3
        assert [(each["id"], each["state"]) for each in changed(answer, "Movie")] == [(gid(movie), "queued")]

        await sync_to_async(actions.cancel_movie)(movie.pk, user)
        while (state := changed(await following(), "Movie")[0]["state"]) != "cancelled":
            assert state == "queued"


async def test_what_is_deleted_is_gone_from_the_pages_of_all_others(user):
    garden = await sync_to_async(timelapse)()
    await sync_to_async(frame)(garden.camera)
    movie = await sync_to_async(actions.request_render)(garden.pk, RenderOptions(), user)
    await sync_to_async(actions.cancel_movie)(movie.pk, user)
    async with watching(user, gid(garden)) as following:
        await following()
        await sync_to_async(actions.delete_movie)(movie.pk)
        answer = await following()
        assert answer["gone"] == [gid(movie)]
        assert changed(answer, "Movie") == []

        await user.user_permissions.aadd(await Permission.objects.aget(codename="delete_timelapse"))
        await sync_to_async(deletion.delete_timelapse)(garden.pk, await User.objects.aget(pk=user.pk))
        while gid(garden) not in (answer := await following())["gone"]:
            assert answer["gone"] == [gid(movie)]
        assert answer["changed"] == []
        with pytest.raises(StopAsyncIteration):
            await following()


@pytest.fixture
def observed():
    """Return a function that stores what the collector would, of one worker seen some time ago."""
    app, now = celery_app(), time.time()
    app.control.purge()  # what other tests have sent, and no worker takes
    store = store_for(app)

    def observe(*, silent_s):
        at = now + silent_s
        worker = ObservedWorker(
            name="render@here",
            last_seen_at=now,
            queues=(app.amqp.router.route({}, RENDER_TASK)["queue"].name,),
        )
        state = CollectorState(collected_at=at, next_by=at + 60, connected_since=now - 60, workers=(worker,))
        save(store, state)

    yield observe
    save(store, CollectorState(collected_at=now, next_by=now), retention_s=0.001)


async def test_a_heartbeat_evaluates_anew_what_depends_on_queues_and_workers(user, settings, observed):
    """A worker stops answering: nothing of the movie changes, but the reason why it waits does."""
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    garden = await sync_to_async(timelapse)()
    await sync_to_async(frame)(garden.camera)
    movie = await sync_to_async(actions.request_render)(garden.pk, RenderOptions(), user)
    await Movie.objects.filter(pk=movie.pk).aupdate(sent_at=movie.created_at - timedelta(minutes=1))
    observed(silent_s=1)
    async with watching(user, gid(garden)) as following:

        async def waiting_codes():
            (shown,) = changed(await following(), "Movie")
            return {reason["code"] for reason in shown["waiting"]}

        assert await waiting_codes() & {"about_to_start", "tasks_ahead"}
        observed(silent_s=79)
        while "no_worker" not in await waiting_codes():
            pass


async def test_a_frame_between_two_heartbeats_evaluates_no_movie_anew(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 3600}
    garden = await sync_to_async(timelapse)()
    await Movie.objects.acreate(timelapse=garden, fps=30, width=64, height=36)
    async with watching(user, gid(garden)) as following:
        assert changed(await following(), "Movie")
        await sync_to_async(frame)(garden.camera)
        answer = await following()
        assert changed(answer, "Frame")
        assert not changed(answer, "Movie")


async def test_frames_that_keep_coming_do_not_put_off_what_a_heartbeat_evaluates(user, settings):
    """Silence never comes: each frame starts the wait for a heartbeat anew."""
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    garden = await sync_to_async(timelapse)()
    await Movie.objects.acreate(timelapse=garden, fps=30, width=64, height=36)
    async with watching(user, gid(garden)) as following:
        answer = await following()
        assert changed(answer, "Movie")
        while not (answer["kind"] == "DELTA" and changed(answer, "Movie")):
            await sync_to_async(frame)(garden.camera)
            answer = await following()
        assert changed(answer, "Frame")


async def test_a_hold_that_is_taken_changes_what_can_be_done_with_all_movies(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    garden = await sync_to_async(timelapse)()
    movie = await Movie.objects.acreate(timelapse=garden, fps=30, width=64, height=36, state="cancelled")

    def allowed(answer):
        (shown,) = changed(answer, "Movie")
        return [each["allowed"] for each in shown["availableTransitions"] if each["name"] == "retry"]

    async with watching(user, gid(garden)) as following:
        assert changed(await following(), "Movie") == []
        elsewhere = held_elsewhere(garden, "delete", "Deleting Garden")
        await sync_to_async(elsewhere.__enter__)()
        try:
            while not changed(answer := await following(), "Movie"):
                assert answer["kind"] == "HEARTBEAT"
            assert allowed(answer) == [False]
        finally:
            await sync_to_async(elsewhere.__exit__)(None, None, None)
        while not changed(answer := await following(), "Movie"):
            pass
        assert allowed(answer) == [True]
    assert movie.state == "cancelled"


async def test_silence_is_broken_by_a_heartbeat_within_the_promised_time(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    garden = await sync_to_async(timelapse)()
    async with watching(user, gid(garden)) as following:
        await following()
        answer = await following()
    assert (answer["kind"], answer["seq"], answer["heartbeatSeconds"]) == ("HEARTBEAT", 2, 0.2)
    assert [each["__typename"] for each in answer["changed"]] == ["Timelapse"]
    assert answer["gone"] == []


@pytest.mark.parametrize("wrong", [relay.to_base64("Timelapse", 4711), relay.to_base64("Camera", 1)])
async def test_a_timelapse_that_isnt_there_is_gone(user, wrong):
    async with watching(user, wrong) as following:
        answer = await following()
        assert (answer["kind"], answer["changed"], answer["gone"]) == ("SNAPSHOT", [], [wrong])
        with pytest.raises(StopAsyncIteration):
            await following()


async def test_anonymous_users_watch_nothing(user):
    garden = await sync_to_async(timelapse)()
    await sync_to_async(load_permissions)(user)
    context = {"ws": SimpleNamespace(scope={"user": AnonymousUser()})}
    stream = await schema.subscribe(UPDATES, variable_values={"id": gid(garden)}, context_value=context)
    answer = await anext(stream)
    assert answer.errors[0].extensions["code"] == "signed_out"
