from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from tests.factories import camera, frame, timelapse

from timelapse.shared.live import watch
from timelapse.timelapses.actions import group_of


@pytest.mark.django_db(transaction=True)
async def test_watchers_of_a_timelapse_are_notified_of_new_frames(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    garden = await sync_to_async(timelapse)()
    idle = await sync_to_async(lambda: timelapse(camera("Idle")))()
    async with asyncio.timeout(20):
        changes, silence = (
            watch(group_of(garden.pk), heartbeat_s=10),
            watch(group_of(idle.pk), heartbeat_s=0.5),
        )
        await anext(changes)
        await anext(silence)
        made = await sync_to_async(lambda: frame(garden.camera))()
        assert (await anext(changes))["frame"] == made.pk
        assert await anext(silence) is None
        await changes.aclose()
        await silence.aclose()
