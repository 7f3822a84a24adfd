from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from strawberry import relay
from tests import factories

from timelapse.cameras import actions as camera_actions
from timelapse.project.schema import schema
from timelapse.rendering import camera_deletion, deletion
from timelapse.shared import list_updates
from timelapse.shared.access import load_permissions
from timelapse.timelapses.actions import create_timelapse

pytestmark = pytest.mark.django_db(transaction=True)

CAMERAS = "cameraListUpdates"
TIMELAPSES = "timelapseListUpdates"


@asynccontextmanager
async def watching(user, lists):
    """The subscription to a list, as over a websocket, whose messages come one by one."""
    await sync_to_async(load_permissions)(user)
    stream = await schema.subscribe(
        f"subscription {{ {lists} {{ kind seq gone more changed {{ id name frameCount }} }} }}",
        context_value={"ws": SimpleNamespace(scope={"user": user})},
    )

    async def following():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        return answer.data[lists]

    async with asyncio.timeout(60):
        yield following
    await stream.aclose()


def names(update):
    return [each["name"] for each in update["changed"]]


@pytest.fixture
def deleter(user):
    allowed = Permission.objects.filter(codename__in=["delete_camera", "delete_timelapse"])
    user.user_permissions.add(*allowed)
    return User.objects.get(pk=user.pk)


async def test_a_new_camera_appears_on_every_list_and_a_deleted_one_leaves(deleter):
    await sync_to_async(factories.camera)("Roof")
    async with watching(deleter, CAMERAS) as following:
        first = await following()
        assert (first["kind"], first["seq"], names(first), first["more"]) == ("SNAPSHOT", 1, ["Roof"], 0)
        made = (await sync_to_async(camera_actions.enrol)("Garden")).camera
        while not names(update := await following()):
            pass
        assert (update["kind"], names(update), update["gone"]) == ("DELTA", ["Garden"], [])
        await sync_to_async(camera_deletion.delete_camera)(made.pk, deleter)
        while not (update := await following())["gone"]:
            pass
        assert (names(update), update["gone"]) == ([], [relay.to_base64("Camera", made.pk)])


async def test_a_new_timelapse_appears_on_every_list_changes_and_leaves(deleter, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    roof = await sync_to_async(factories.camera)("Roof")
    async with watching(deleter, TIMELAPSES) as following:
        assert names(await following()) == []
        made = await sync_to_async(create_timelapse)(camera=roof.pk, name="Harbour")
        while not names(update := await following()):
            pass
        assert [(each["name"], each["frameCount"]) for each in update["changed"]] == [("Harbour", 0)]
        await sync_to_async(factories.frame)(roof)
        while not names(update := await following()):
            pass
        assert [each["frameCount"] for each in update["changed"]] == [1]
        await sync_to_async(deletion.delete_timelapse)(made.pk, deleter)
        while not (update := await following())["gone"]:
            pass
        assert update["gone"] == [relay.to_base64("Timelapse", made.pk)]


async def test_a_list_says_how_many_entries_it_leaves_out(user, monkeypatch):
    monkeypatch.setattr(list_updates, "LISTED", 2)
    for name in ("One", "Two", "Three"):
        await sync_to_async(factories.camera)(name)
    async with watching(user, CAMERAS) as following:
        first = await following()
    assert (names(first), first["more"]) == (["One", "Two"], 1)


async def test_silence_is_broken_by_a_heartbeat(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    async with watching(user, CAMERAS) as following:
        await following()
        update = await following()
    assert (update["kind"], update["seq"], update["changed"], update["gone"]) == ("HEARTBEAT", 2, [], [])
