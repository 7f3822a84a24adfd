from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from strawberry import relay
from tests.factories import frame, timelapse

from timelapse.project.schema import schema
from timelapse.rendering import actions
from timelapse.rendering.domain import RenderOptions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

UPDATES = """
subscription ($id: ID!) { timelapseUpdates(id: $id) {
  kind seq beatSeconds timelapse { name frameCount latestFrame { sequence } }
  newFrames { cursor node { sequence } } newMovies { node { id state } } movie { id state }
} }
"""


@asynccontextmanager
async def watching(user, gid):
    """A subscription, as over a websocket, whose messages come one by one."""
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
        assert (first["kind"], first["seq"], first["timelapse"]["frameCount"]) == ("SNAPSHOT", 1, 0)

        made = await sync_to_async(frame)(garden.camera)
        answer = await following()
        assert (answer["kind"], answer["seq"]) == ("DELTA", 2)
        assert [edge["node"]["sequence"] for edge in answer["newFrames"]] == [made.sequence]
        assert answer["timelapse"]["frameCount"] == 1
        assert answer["timelapse"]["latestFrame"] == {"sequence": made.sequence}

        movie = await sync_to_async(actions.request_render)(garden.pk, RenderOptions(), user)
        answer = await following()
        assert answer["seq"] == 3
        assert [edge["node"] for edge in answer["newMovies"]] == [{"id": gid(movie), "state": "queued"}]

        await sync_to_async(actions.cancel_movie)(movie.pk, user)
        while (answer := await following())["movie"]["state"] != "cancelled":
            assert answer["newMovies"] == []
        assert answer["movie"] == {"id": gid(movie), "state": "cancelled"}


async def test_silence_is_broken_by_a_beat_within_the_promised_time(user, settings, tmp_path):
    settings.TIMELAPSE = {"beat_seconds": 0.2}
    garden = await sync_to_async(timelapse)()
    async with watching(user, gid(garden)) as following:
        await following()
        answer = await following()
    assert (answer["kind"], answer["seq"], answer["beatSeconds"]) == ("BEAT", 2, 0.2)
    assert answer["newFrames"] == answer["newMovies"] == []
    assert answer["movie"] is None


@pytest.mark.parametrize("wrong", [relay.to_base64("Timelapse", 4711), relay.to_base64("Camera", 1)])
async def test_a_timelapse_that_isnt_there_is_an_error(user, wrong):
    context = {"ws": SimpleNamespace(scope={"user": user})}
    stream = await schema.subscribe(UPDATES, variable_values={"id": wrong}, context_value=context)
    answer = await anext(stream)
    assert answer.errors[0].extensions["code"] == "not_found"


async def test_anonymous_users_watch_nothing(user):
    garden = await sync_to_async(timelapse)()
    context = {"ws": SimpleNamespace(scope={"user": AnonymousUser()})}
    stream = await schema.subscribe(UPDATES, variable_values={"id": gid(garden)}, context_value=context)
    answer = await anext(stream)
    assert answer.errors[0].extensions["code"] == "signed_out"
