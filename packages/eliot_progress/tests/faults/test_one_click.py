"""One click through web, a chord of three tasks, a websocket and a camera and back, in real processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from tests.waiting import until
from websockets.sync.client import connect

from eliot_progress.reading import read
from eliot_progress.tree import Forest, Node, lines

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def world(valkey_url, tmp_path):
    """The web server's URL, while all processes run; their logs are in tmp_path."""
    web, camera = free_port(), free_port()
    environment = {
        **os.environ,
        "TESTS_CLICK": "1",
        "TESTS_VALKEY_URL": valkey_url.removesuffix("/0") + "/5",
        "TESTS_WEB": f"http://127.0.0.1:{web}",
        "TESTS_CAMERA": f"http://127.0.0.1:{camera}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    commands = {
        "web": [
            "uvicorn",
            "tests.click_world:web",
            "--port",
            str(web),
            "--log-level",
            "warning",
            "--lifespan",
            "off",
        ],
        "worker": [
            "celery",
            "-A",
            "tests.click_world:app",
            "worker",
            "-c",
            "2",
            "-l",
            "ERROR",
            "-Q",
            "click",
        ],
        "camera": ["tests.click_world"],
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env={**environment, "TESTS_LOG": str(tmp_path / name)}
        )
        for name, command in commands.items()
    ]
    until(lambda: answers(web) and answers(camera), 40)
    yield f"127.0.0.1:{web}"
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(30)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def messages(folder):
    return [message for path in folder.iterdir() for message in read(path)]


def actions(node):
    yield node
    for child in node.children.values():
        if isinstance(child, Node):
            yield from actions(child)


def indent_of(name, text):
    return next(len(line) - len(line.lstrip()) for line in text if name in line)


def test_one_click_is_one_complete_tree_from_the_files_of_all_processes(world, tmp_path):
    with connect(f"ws://{world}/", open_timeout=30) as watcher:
        causal_id = httpx.post(f"http://{world}/click", timeout=30).headers["X-Causal-Id"]
        seen = [watcher.recv(timeout=40)]
        while not seen[-1].endswith("succeeded"):
            seen.append(watcher.recv(timeout=40))
    assert seen[-1] == f"{causal_id} 1 succeeded"

    def tree():
        found = [m for m in messages(tmp_path) if m["task_uuid"].replace("-", "") == causal_id]
        ((_, root),) = Forest(found).tasks.items()
        return root, found

    # The last tasks' ends are written just after the websocket tells.
    root, found = until(lambda: (t := tree()) and all(a.status == "succeeded" for a in actions(t[0])) and t)
    assert root.action_type == "http:request"
    assert Counter(action.action_type for action in actions(root)) == {
        "http:request": 2,
        "celery:publish": 3,
        "celery:task": 3,
        "click:prepare1": 1,
        "click:prepare2": 1,
        "click:photograph": 1,
        "camera:capture": 1,
        "context:send": 2,
    }
    ids = [tuple(m["task_level"]) for m in found]
    assert len(ids) == len(set(ids))
    text = list(lines(root))
    depth = {
        name: next(len(line) - len(line.lstrip()) for line in text if name in line)
        for name in ("capture", "/captured")
    }
    assert depth["/captured"] > depth["capture"] > 0
