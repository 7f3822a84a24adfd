"""The processes of `benchmarks/insight.py`: readers of events and of queues, ours and Flower's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import redis
from celery import Celery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from celery.events import EventDispatcher
    from kombu import Connection

__all__ = ["FLOWER", "ROOT", "AmqpStream", "Reader", "Stream", "flower_ready", "free_port", "recorded"]

ROOT = Path(__file__).parents[2]
FLOWER = ROOT / ".tools" / "flower"
PACKAGES = ("flower==2.2.0", "tornado>=6", "humanize", "prometheus-client", "pytz")
WORKER = "render@host"


def flower_ready() -> None:
    """Install Flower, without what we have installed already."""
    if (FLOWER / "flower").exists():
        return
    uv = ROOT / ".tools" / "bin" / "uv"
    command = [str(uv) if uv.exists() else "uv", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*command, "--python", sys.executable, "--target", str(FLOWER), *PACKAGES], check=True)


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Reader:
    """A process that reads when it is asked to, and answers with what it counted."""

    def __init__(self, what: str, kind: str, url: str, queues: Sequence[str] = ()) -> None:
        self.exchange = f"{kind}ev"
        script = Path(__file__).parent / f"{what}_of_{kind}.py"
        self._process = subprocess.Popen(
            [sys.executable, str(script), url, self.exchange, *queues],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(FLOWER)},
        )
        self._answer()

    def read(self, number: int) -> dict[str, Any]:
        """Let it read so much more."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


class Stream:
    """Messages as a worker publishes them, to be published again and again."""

    def __init__(self, url: str, messages: Sequence[tuple[str, bytes]]) -> None:
        self._client = redis.Redis.from_url(url)
        self._messages = messages

    def publish(self) -> None:
        """Publish all of them."""
        with self._client.pipeline(transaction=False) as pipeline:
            for topic, message in self._messages:
                pipeline.publish(topic, message)
            pipeline.execute()


def recorded(recorder_url: str, url: str, exchange: str, events: int) -> Stream:
    """Return a stream of events, two in a message as a busy worker groups them, with heartbeats between."""
    app = Celery(broker=recorder_url, set_as_current=False)
    app.conf.event_exchange = "recordedev"
    client = redis.Redis.from_url(recorder_url)
    subscription = client.pubsub(ignore_subscribe_messages=True)
    subscription.psubscribe("*recordedev/*")
    subscription.get_message(timeout=5)
    messages: list[tuple[str, bytes]] = []
    with app.connection_for_write() as connection:
        _send_events(app, connection, events)
    topic = f"/{url.rpartition('/')[2]}.{exchange}/"
    while message := subscription.get_message(timeout=1):
        routing_key = message["channel"].decode().rpartition("/")[2]
        messages.append((topic + routing_key, message["data"]))
    return Stream(url, messages)


class AmqpStream:
    """Events that are sent to RabbitMQ anew each time, as a busy worker groups them."""

    def __init__(self, url: str, exchange: str, events: int) -> None:
        self._app = Celery(broker=url, set_as_current=False)
        self._app.conf.event_exchange = exchange
        self._events = events

    def publish(self) -> None:
        """Send all of them."""
        with self._app.connection_for_write() as connection:
            _send_events(self._app, connection, self._events)


def _send_events(app: Celery, connection: Connection, events: int) -> None:
    dispatcher = app.events.Dispatcher(connection, hostname=WORKER, buffer_group={"task"}, buffer_limit=2)
    for task in range(events // 3):
        _send_task(dispatcher, f"{task:08x}-1d2c-4a83-9f0e-5b6a7c8d9e0f")
        if task % 200 == 0:
            dispatcher.send("worker-heartbeat", freq=2.0, active=4, processed=task, loadavg=(1.0, 1.0, 1.0))
    for _ in range(events - events // 3 * 3):
        dispatcher.send("worker-heartbeat", freq=2.0, active=4, processed=0, loadavg=(1.0, 1.0, 1.0))
    dispatcher.flush()


def _send_task(dispatcher: EventDispatcher, task_id: str) -> None:
    name = "rendering.render_movie"
    described = {
        "uuid": task_id,
        "name": name,
        "args": "[4711, 'winter', {'frames': 1200}]",
        "kwargs": "{'quality': 'high', 'notify': True}",
        "root_id": task_id,
        "parent_id": None,
        "retries": 0,
        "eta": None,
        "expires": None,
    }
    dispatcher.send("task-received", **described)
    dispatcher.send("task-started", uuid=task_id)
    dispatcher.send("task-succeeded", uuid=task_id, result="'movie-4711.mp4'", runtime=1.25)
