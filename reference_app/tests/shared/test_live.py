from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from timelapse.shared.live import asend, changed, hub, needs_snapshot, watch

pytestmark = pytest.mark.django_db(transaction=True)


async def joined(*groups, beat=30.0):
    """A watcher that has taken its snapshot, so that whatever is sent from now on reaches it."""
    watcher = watch(*groups, beat=beat)
    assert needs_snapshot(await anext(watcher))
    return watcher


async def test_a_change_reaches_who_watches_its_group():
    watcher = await joined("timelapse.1")
    await asend("timelapse.1", {"frame": 7})
    assert await anext(watcher) == {"frame": 7}
    await watcher.aclose()


async def test_the_first_to_end_does_not_silence_the_other():
    first, second = await joined("timelapse.2"), await joined("timelapse.2")
    await first.aclose()
    await asend("timelapse.2", {"frame": 8})
    assert await anext(second) == {"frame": 8}
    await second.aclose()


async def test_a_watcher_of_two_groups_hears_both_and_no_third():
    watcher = await joined("camera.a", "timelapse.3")
    for group in ("camera.b", "camera.a", "timelapse.3"):
        await asend(group, {"from": group})
    assert [await anext(watcher), await anext(watcher)] == [{"from": "camera.a"}, {"from": "timelapse.3"}]
    await watcher.aclose()


async def test_silence_gives_a_beat():
    watcher = await joined("timelapse.4", beat=0.01)
    assert await anext(watcher) is None
    await watcher.aclose()


async def test_a_watcher_that_is_too_slow_is_told_to_look_anew_and_the_drop_is_counted():
    watcher = await joined("timelapse.5")
    witness = await joined("timelapse.5-end")
    dropped = hub().dropped
    for number in range(100):
        await asend("timelapse.5", {"frame": number})
    await asend("timelapse.5-end", {})
    await anext(witness)
    assert needs_snapshot(await anext(watcher))
    assert hub().dropped > dropped
    await watcher.aclose()
    await witness.aclose()


async def test_nobody_is_left_in_a_group_that_nobody_watches():
    watcher = await joined("timelapse.6")
    await watcher.aclose()
    assert "timelapse.6" not in hub()._watchers


async def test_a_cancelled_watcher_leaves_its_group():
    async def consume():
        async for _ in watch("timelapse.7", beat=30.0):
            entered.set()

    entered = asyncio.Event()
    task = asyncio.create_task(consume())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "timelapse.7" not in hub()._watchers


async def test_a_change_is_told_after_commit_and_not_at_all_after_a_rollback():
    watcher = await joined("timelapse.8")
    await sync_to_async(change_and_roll_back)("timelapse.8")
    await sync_to_async(changed)("timelapse.8", frame=2)
    assert await anext(watcher) == {"frame": 2}
    await watcher.aclose()


def change_and_roll_back(group):
    with transaction.atomic():
        changed(group, frame=1)
        transaction.set_rollback(True)


async def test_who_looks_at_everything_anew_gets_the_last_change_of_a_burst_instead_of_all():
    watcher = watch("timelapse.7", beat=30, least=0.2)
    assert needs_snapshot(await anext(watcher))
    for number in range(50):
        await asend("timelapse.7", {"frame": number})
    got = [await anext(watcher)]
    while got[-1] != {"frame": 49}:
        got.append(await anext(watcher))
    assert len(got) < 10
    await watcher.aclose()
