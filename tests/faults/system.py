"""The system under test: Valkey, database, web server, worker, agent, a proxy and two small disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.waiting import wait_until
from timelapse.project.stack import processes
from timelapse.project.stack.child import Child

from .processes import Disk, ManagedProcess, free_port
from .proxy import Proxy

if TYPE_CHECKING:
    from .database import Database

ROOT = Path(__file__).parents[2]
CAMERA = "tests.faults.camera:LedgerCamera"
#: Content of the clock's file in the format of libfaketime.
NO_OFFSET = "+0"


class SystemUnderTest:
    """All processes, with their files in one folder. The seed determines pictures and faults."""

    def __init__(
        self, folder: Path, *, seed: int, frames: int, interval_s: float, database: Database
    ) -> None:
        self.folder, self.seed, self.frames, self.interval_s = folder, seed, frames, interval_s
        self.database = database
        self.ledger, self.clock = folder / "ledger.jsonl", folder / "clock"
        # Ingest refuses uploads below 32 MB of free space; database, Valkey's file and logs are here, too.
        self.server_disk = Disk(folder / "server", 160)
        self.agent_disk = Disk(folder / "agent", 16)
        self.home = self.agent_disk.folder
        self._port = free_port()
        self._exit = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._build(undo)
            self._exit = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def _build(self, undo: ExitStack) -> None:
        home = self.server_disk.folder
        for disk in (self.server_disk, self.agent_disk):
            disk.mount()
            undo.callback(disk.unmount)
        (home / "log").mkdir()
        self._environment(home, undo)
        self.valkey = self._managed(self._valkey(home), undo)
        import django  # noqa: PLC0415 - the environment names the settings only now
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        self.web = self._managed(processes.web(home, self._port), undo)
        self.worker = self._managed(processes.worker(home), undo)
        self.proxy = undo.enter_context(Proxy(self._port, self.seed))
        self.clock.write_text(NO_OFFSET)
        self._configure()
        self.pair()
        self.agent = self._managed(self._agent(), undo)

    def _environment(self, home: Path, undo: ExitStack) -> None:
        os.environ |= {
            "TIMELAPSE_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "PYTHONPATH": str(ROOT),
            "FAULTS_INTERVAL_S": str(self.interval_s),
            "DATABASE_URL": self.database.start(home),
        }
        undo.callback(self.database.stop)

    def _valkey(self, home: Path) -> Child:
        os.environ.pop("REDIS_URL", None)
        found = processes.valkey(home)
        assert found is not None
        child, os.environ["REDIS_URL"] = found
        return child

    def _managed(self, child: Child, undo: ExitStack) -> ManagedProcess:
        process = ManagedProcess(child)
        process.start()
        undo.callback(child.kill)
        return process

    def _configure(self) -> None:
        lines = [
            f'driver = "{CAMERA}"',
            f"interval_s = {self.interval_s}",
            "reserve_mib = 0",
            "[options]",
            f'ledger = "{self.ledger}"',
            f"seed = {self.seed}",
            f"frames = {self.frames}",
        ]
        (self.home / "config.toml").write_text("\n".join(lines) + "\n")

    def _agent(self) -> Child:
        """Return the agent with a clock that can be changed; the driver's process inherits it."""
        command = [*_agent_command("run", self.home), "--server", self.address]
        env = {
            "LD_PRELOAD": os.environ.get("LIBFAKETIME", ""),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(Path(__file__).parent / "clock"))),
        }
        return Child("agent", command, self.folder / "agent.log", env)

    @property
    def media(self) -> Path:
        """Folder of the store."""
        return self.server_disk.folder / "media"

    @property
    def clock_can_change(self) -> bool:
        """Whether ./dev found libfaketime."""
        return bool(os.environ.get("LIBFAKETIME"))

    @property
    def address(self) -> str:
        """The server's address for the agent: the proxy."""
        return f"http://127.0.0.1:{self.proxy.port}"

    def web_answers(self) -> bool:
        try:
            urlopen(f"http://127.0.0.1:{self._port}/agent/v1/captures", timeout=2).close()
        except HTTPError:
            return True
        except OSError:
            return False
        return True

    def pair(self) -> None:
        """Pair the agent, as an operator does with the code that it shows."""
        from django.contrib.auth.models import User  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        from timelapse.cameras.actions import approve_pairing  # noqa: PLC0415

        connections.close_all()  # the database may have been restarted since
        wait_until(self.web_answers, "the web server")
        operator, _ = User.objects.get_or_create(username="operator")
        direct = f"http://127.0.0.1:{self._port}"
        self._set_server(direct)  # which may see the token that it gave, to know its camera again
        pairing = subprocess.Popen(
            [*_agent_command("pair", self.home), direct, "--driver", CAMERA], stdout=subprocess.DEVNULL
        )
        code = self.home / "pairing.json"
        wait_until(code.exists, "a pairing code")
        approve_pairing(json.loads(code.read_text())["user_code"], by=operator)
        assert pairing.wait(60) == 0
        self._set_server(self.address)  # the proxy is the way to the same server

    def _set_server(self, address: str) -> None:
        identity = self.home / "identity.json"
        if identity.exists():
            identity.write_text(json.dumps({**json.loads(identity.read_text()), "server": address}))

    def revoke(self) -> None:
        """Revoke the agent's token."""
        from django.db import connections  # noqa: PLC0415

        from timelapse.cameras.actions import revoke  # noqa: PLC0415
        from timelapse.cameras.models import Camera  # noqa: PLC0415

        connections.close_all()
        revoke(Camera.objects.get(state=Camera.States.PAIRED))


def _agent_command(command: str, home: Path) -> list[str]:
    return [sys.executable, "-m", "camera_agent", command, "--home", str(home)]


def boot_ns() -> int:
    """Return the Unix time at which the machine's clock since boot was 0."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
