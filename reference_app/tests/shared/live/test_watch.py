from __future__ import annotations

import asyncio
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from timelapse.shared.live import hub, needs_snapshot, publish, publish_on_commit, watch
from timelapse.shared.live.watch import EventQueue

pytestmark = pytest.mark.django_db(transaction=True)


async def joined(*groups, heartbeat_s=30.0):
    """A watcher that has taken its snapshot, so that whatever is sent from now on reaches it."""
    watcher = watch(*groups, heartbeat_s=heartbeat_s)
    assert needs_snapshot(await anext(watcher))
    return watcher


async def test_an_event_reaches_the_watchers_of_its_group():
    watcher = await joined("timelapse.1")
    publish("timelapse.1", {"frame": 7})
    assert await anext(watcher) == {"frame": 7}
    await watcher.aclose()


async def test_a_watcher_that_leaves_does_not_silence_the_other():
    first, second = await joined("timelapse.2"), await joined("timelapse.2")
    await first.aclose()
    publish("timelapse.2", {"frame": 8})
    assert await anext(second) == {"frame": 8}
    await second.aclose()


async def test_a_watcher_of_two_groups_receives_both_and_no_third():
    watcher = await joined("camera.a", "timelapse.3")
    for group in ("camera.b", "camera.a", "timelapse.3"):
        publish(group, {"from": group})
    assert [await anext(watcher), await anext(watcher)] == [{"from": "camera.a"}, {"from": "timelapse.3"}]
    await watcher.aclose()


async def test_silence_yields_a_heartbeat():
    watcher = await joined("timelapse.4", heartbeat_s=0.01)
    assert await anext(watcher) is None
    await watcher.aclose()


async def test_a_watcher_that_is_too_slow_gets_a_resync_and_the_drop_is_counted():
    watcher = await joined("timelapse.5")
    recorder = await joined("timelapse.5-end")
    dropped = EventQueue.dropped
    for number in range(100):
        publish("timelapse.5", {"frame": number})
    publish("timelapse.5-end", {})
    await anext(recorder)
    assert needs_snapshot(await anext(watcher))
    assert EventQueue.dropped > dropped
    await watcher.aclose()
    await recorder.aclose()


async def test_a_group_without_watchers_is_left():
    watcher = await joined("timelapse.6")
    await watcher.aclose()
    assert "timelapse.6" not in hub()._inboxes


async def test_a_cancelled_watcher_leaves_its_group():
    async def consume():
        async for _ in watch("timelapse.7", heartbeat_s=30.0):
            entered.set()

    entered = asyncio.Event()
    task = asyncio.create_task(consume())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "timelapse.7" not in hub()._inboxes


async def test_an_event_is_published_after_commit_and_not_after_a_rollback():
    watcher = await joined("timelapse.8")
    await sync_to_async(change_and_roll_back)("timelapse.8")
    await sync_to_async(publish_on_commit)("timelapse.8", frame=2)
    assert await anext(watcher) == {"frame": 2}
    await watcher.aclose()


def change_and_roll_back(group):
    with transaction.atomic():
        publish_on_commit(group, frame=1)
        transaction.set_rollback(True)


async def test_with_a_minimum_interval_only_the_last_event_of_a_burst_is_yielded():
    watcher = watch("timelapse.7", heartbeat_s=30, min_interval_s=0.2)
    assert needs_snapshot(await anext(watcher))
    for number in range(50):
        publish("timelapse.7", {"frame": number})
    got = [await anext(watcher)]
    while got[-1] != {"frame": 49}:
        got.append(await anext(watcher))
    assert len(got) < 10
    await watcher.aclose()


async def test_events_that_are_not_accepted_are_skipped_but_a_resync_never_is():
    watcher = watch("timelapse.8", heartbeat_s=30, accept=lambda event: event.get("frame") == 2)
    assert needs_snapshot(await anext(watcher))
    for number in range(4):
        publish("timelapse.8", {"frame": number})
    assert await anext(watcher) == {"frame": 2}
    for inbox in hub()._inboxes["timelapse.8"]:
        inbox.resync()
    assert needs_snapshot(await anext(watcher))
    await watcher.aclose()


async def test_a_watcher_that_goes_while_it_joins_interrupts_nothing_and_stays_nowhere(monkeypatch):
    the_hub, begun, finished = hub(), asyncio.Event(), asyncio.Event()
    add = the_hub.layer.group_add

    async def slow(group, channel):
        begun.set()
        await asyncio.sleep(0.05)
        await add(group, channel)
        finished.set()

    monkeypatch.setattr(the_hub.layer, "group_add", slow)
    going = asyncio.create_task(anext(watch("timelapse.9", heartbeat_s=30)))
    await begun.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert finished.is_set()
    watcher = await joined("timelapse.9")
    publish("timelapse.9", {"frame": 9})
    assert await anext(watcher) == {"frame": 9}
    await watcher.aclose()
    assert not the_hub._inboxes.get("timelapse.9")


async def test_a_layer_that_does_not_answer_shuts_out_only_who_asked_it(monkeypatch):
    asked = []
    group_add = hub().layer.group_add

    async def answering_later(group, channel):
        asked.append(group)
        if len(asked) == 1:
            await asyncio.Event().wait()
        await group_add(group, channel)

    # The package's function has the module's name.
    monkeypatch.setattr(import_module("timelapse.shared.live.hub"), "ANSWERS_WITHIN_S", 0.05)
    monkeypatch.setattr(hub().layer, "group_add", answering_later)
    with pytest.raises(TimeoutError):
        await joined("timelapse.13")
    watcher = await joined("timelapse.13")
    assert asked == ["timelapse.13", "timelapse.13"]
    publish("timelapse.13", {"frame": 13})
    assert await anext(watcher) == {"frame": 13}
    await watcher.aclose()
