"""A server that is a process of its own, so that it can be killed and measured; a disk that can be filled."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from timelapse.cameras import actions


def database_url():
    """The address of the test's own database."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{quote(of['USER'])}@{of['HOST']}:{of['PORT']}/{of['NAME']}"


class Server:
    """The whole ASGI application, under uvicorn."""

    def __init__(self, home):
        self.home = home
        # The socket is the test's: connections made while the server is dead wait for the next one.
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.process = None

    def start(self):
        descriptor = self.socket.fileno()
        command = [sys.executable, "-m", "uvicorn", "timelapse.project.asgi:application", "--lifespan", "off"]
        self.process = subprocess.Popen(
            [*command, "--fd", str(descriptor), "--log-level", "warning"],
            env=os.environ
            | {"TIMELAPSE_HOME": str(self.home), "DATABASE_URL": database_url()}
            | {"DJANGO_SETTINGS_MODULE": "timelapse.project.settings", "SECRET_KEY": "only-for-tests"},
            pass_fds=[descriptor],
        )

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def memory(self):
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def server(transactional_db, settings, tmp_path):
    running = Server(tmp_path)
    settings.MEDIA_ROOT = tmp_path / "media"
    running.start()
    yield running
    running.kill()
    running.socket.close()


@pytest.fixture
def far_agent(server, agent_at):
    """An agent of a camera that is paired with the server in its own process."""
    enrolment = actions.enrol("Roof")
    return agent_at(server.port, enrolment.token, enrolment.camera)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 4 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"Only root may mount a small disk: {mounted.stderr.decode()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
