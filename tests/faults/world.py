"""The real thing, small: Valkey, database, web server, worker, agent; a bad network and two small disks."""

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

from timelapse.project.stack import processes
from timelapse.project.stack.child import Child

from .processes import Disk, Victim, free_port, wait_for
from .proxy import Proxy

if TYPE_CHECKING:
    from .database import Database

ROOT = Path(__file__).parents[2]
CAMERA = "tests.faults.camera:LedgerCamera"
#: Bytes of the clock's file, as libfaketime wants them.
RIGHT = "+0"


class World:
    """Everything below one folder, from one seed."""

    def __init__(
        self, folder: Path, *, seed: int, frames: int, interval_s: float, database: Database
    ) -> None:
        self.folder, self.seed, self.frames, self.interval_s = folder, seed, frames, interval_s
        self.database = database
        self.ledger, self.clock = folder / "ledger.jsonl", folder / "clock"
        # Ingest refuses below 32 MB of free room; database, Valkey's file and logs lie there too.
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
        self.valkey = self._victim(self._valkey(home), undo)
        import django  # noqa: PLC0415 - the environment names the settings only now
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        self.web = self._victim(processes.web(home, self._port), undo)
        self.worker = self._victim(processes.worker(home), undo)
        self.proxy = undo.enter_context(Proxy(self._port, self.seed))
        self.clock.write_text(RIGHT)
        self._configure()
        self.pair()
        self.agent = self._victim(self._agent(), undo)

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

    def _victim(self, child: Child, undo: ExitStack) -> Victim:
        victim = Victim(child)
        victim.start()
        undo.callback(child.kill)
        return victim

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
        """The agent, under a clock that can be moved; its driver's process inherits it."""
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
        """The store."""
        return self.server_disk.folder / "media"

    @property
    def clock_moves(self) -> bool:
        """Whether ./dev found libfaketime."""
        return bool(os.environ.get("LIBFAKETIME"))

    @property
    def address(self) -> str:
        """Where the agent thinks that the server is."""
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
        """Have the agent paired, as by an operator who reads the code off its screen."""
        from django.contrib.auth.models import User  # noqa: PLC0415
        from django.db import connections  # noqa: PLC0415

        from timelapse.cameras.actions import approve_pairing  # noqa: PLC0415

        connections.close_all()  # the database may have been restarted since
        wait_for(self.web_answers, "the web server")
        operator, _ = User.objects.get_or_create(username="operator")
        pairing = subprocess.Popen(
            [*_agent_command("pair", self.home), f"http://127.0.0.1:{self._port}", "--driver", CAMERA],
            stdout=subprocess.DEVNULL,
        )
        code = self.home / "pairing.json"
        wait_for(code.exists, "a pairing code")
        approve_pairing(json.loads(code.read_text())["user_code"], by=operator)
        assert pairing.wait(60) == 0

    def revoke(self) -> None:
        """Take the token back."""
        from django.db import connections  # noqa: PLC0415

        from timelapse.cameras.actions import revoke  # noqa: PLC0415
        from timelapse.cameras.models import Camera  # noqa: PLC0415

        connections.close_all()
        revoke(Camera.objects.get(state=Camera.States.PAIRED))


def _agent_command(command: str, home: Path) -> list[str]:
    return [sys.executable, "-m", "camera_agent", command, "--home", str(home)]


def boot_ns() -> int:
    """The Unix time at which the machine's clock since boot was 0."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_BOOTTIME)
