from __future__ import annotations

import asyncio
import contextlib

import pytest
from channels.layers import channel_layers

from eliot_progress.adapters import running_tasks
from eliot_progress.adapters.channels import all_tasks_group, changes, get_channel_layer
from eliot_progress.adapters.running_tasks import RunningTasks, RunningTasksCache
from eliot_progress.state import to_dict
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample, task_state


def task(number, seq=1, **fields):
    return task_state(seq, level=(number,), about=f"app.Movie:{number}", **fields)


def ids(running):
    return [state.id[-1] for state in running.newest()]


def test_states_in_any_order_end_in_the_newest():
    running = RunningTasks()
    assert running.update([task(2, seq=3, done=3.0)])
    assert not running.update([task(2, seq=2, done=2.0)])
    assert running.get(task(2).id).done == 3


def test_the_last_started_comes_first_and_what_ended_is_gone():
    running = RunningTasks()
    running.update([task(2, started_at=100.0), task(3, started_at=300.0), task(4, started_at=200.0)])
    assert ids(running) == ["3", "4", "2"]
    version = running.version
    assert running.update([task(3, seq=2, outcome="failed")])
    assert not running.update([task(9, outcome="failed")])
    assert (ids(running), running.version) == (["4", "2"], version + 1)


def test_the_store_corrects_what_was_never_reported():
    running = RunningTasks()
    running.update([task(2), task(3, seq=5, done=5.0)])
    assert running.replace([task(3, seq=4, done=4.0), task(4)])
    assert set(ids(running)) == {"3", "4"}
    assert running.get(task(3).id).done == 5
    assert not running.replace([task(3, seq=4), task(4)])


def test_of_too_many_tasks_the_last_started_are_kept(monkeypatch):
    monkeypatch.setattr(running_tasks, "MAX_RUNNING", 2)
    running = RunningTasks()
    running.update([task(number, started_at=100.0 + number) for number in (2, 3, 4)])
    assert ids(running) == ["4", "3"]
    version = running.version
    assert not running.update([task(2, seq=2, started_at=102.0)])  # nor is anybody's page made anew for it
    assert running.version == version
    assert running.update([task(5, started_at=105.0)])
    assert ids(running) == ["5", "4"]


class Counted(MemoryStore):
    """Counts how often it is read."""

    reads = 0

    def active(self, limit=100):
        self.reads += 1
        return super().active(limit)


@pytest.fixture
def layer(settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    channel_layers.backends.clear()
    yield get_channel_layer()
    channel_layers.backends.clear()


async def tell(layer, state):
    await layer.group_send(all_tasks_group(), {"type": "progress.changed", "state": to_dict(state)})


async def test_a_hundred_followers_share_one_reading_of_the_store_and_hear_every_last_state(layer):
    store = Counted()
    store.record(sample(1))
    cache = RunningTasksCache(store, changes, every_s=60)
    async with contextlib.AsyncExitStack() as following:
        followers = [await following.enter_async_context(cache.follow()) for _ in range(100)]
        for seq in range(2, 50):
            await tell(layer, task(2, seq, done=float(seq)))
        await asyncio.gather(*(hears_of(follower, 49) for follower in followers))
        assert store.reads == 1
    async with cache.follow() as follower:
        assert ids(follower.running) == ["2"]  # read anew: nobody had followed what happened in between
    assert store.reads == 2


async def hears_of(follower, seq):
    while follower.running.get(task(2).id).seq < seq:
        await asyncio.wait_for(follower.changed(60), 30)


async def test_a_slow_follower_is_notified_once_of_all_changes(layer):
    async with RunningTasksCache(MemoryStore(), changes, every_s=60).follow() as follower:
        for number in range(2, 9):
            await tell(layer, task(number))
        while len(ids(follower.running)) < 7:
            await asyncio.wait_for(follower.changed(60), 30)
        await follower.changed(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(follower.changed(60), 0.2)


async def test_a_task_whose_end_was_not_reported_is_removed_by_the_next_read(layer):
    store = MemoryStore()
    store.record(sample(1))
    async with RunningTasksCache(store, changes, every_s=0.01).follow() as follower:
        store.record(sample(2, outcome="cancelled"))
        while ids(follower.running):
            await asyncio.wait_for(follower.changed(60), 30)


@pytest.mark.usefixtures("layer")
async def test_a_failing_store_is_reported_to_all_followers_and_retried_for_the_next():
    store = Counted()
    cache = RunningTasksCache(store, changes, every_s=0.01)
    async with cache.follow() as follower:
        store.active = lambda limit: 1 / 0
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(follower.changed(60), 30)
        with pytest.raises(ZeroDivisionError):
            async with cache.follow():
                pass
        del store.active
        async with cache.follow() as again:
            assert ids(again.running) == []
