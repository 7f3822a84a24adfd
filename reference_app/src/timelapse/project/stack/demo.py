"""The simulated camera of ``timelapse up``: paired like any camera, its first movie rendered."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from timelapse.cameras.actions import approve_pairing
from timelapse.project.stack import processes
from timelapse.project.stack.boot import ANSWERS_WITHIN
from timelapse.project.stack.errors import StackError
from timelapse.rendering.actions import request_render
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.shared import conf
from timelapse.timelapses.actions import create_timelapse
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import footage

if TYPE_CHECKING:
    from pathlib import Path

    from timelapse.project.stack.supervisor import Supervisor

CAMERA = "Simulated camera"
TIMELAPSE = "First light"
FRAMES_OF_FIRST_MOVIE = 10
FPS_OF_FIRST_MOVIE = 10.0


def start_camera(supervisor: Supervisor, home: Path, address: str) -> None:
    """Pair the camera and create its timelapse at the first start, then run it."""
    agent_home = home / "camera"
    agent_home.mkdir(exist_ok=True)
    if not (agent_home / "token").exists():
        _pair(supervisor, home, agent_home, address)
    _set_server(agent_home / "identity.json", address)
    interval = str(conf.get().frame_interval_s)
    run = [
        "run",
        "--home",
        str(agent_home),
        "--server",
        address,
        "--driver",
        "simulated",
        "--interval",
        interval,
    ]
    supervisor.start(processes.agent(home, "camera", run))


def _set_server(identity: Path, address: str) -> None:
    """Note where this stack listens now: it is the same server on any port, so the token stays good."""
    known = json.loads(identity.read_text()) if identity.exists() else {}
    if known.get("server") != address:
        identity.write_text(json.dumps({**known, "server": address}))


def _pair(supervisor: Supervisor, home: Path, agent_home: Path, address: str) -> None:
    """Run the agent's pairing, and approve it on behalf of the operator, who runs this stack."""
    pairing = agent_home / "pairing.json"
    pairing.unlink(missing_ok=True)
    arguments = ["pair", address, "--home", str(agent_home), "--name", CAMERA, "--driver", "simulated"]
    child = processes.agent(home, "camera-pairing", arguments)
    child.start()
    try:
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not pairing.exists():
            supervisor.require(child)
            _fail_after(deadline, child.log)
            time.sleep(0.05)
        operator = User.objects.filter(is_superuser=True).earliest("pk")
        camera = approve_pairing(json.loads(pairing.read_text())["user_code"], by=operator)
        if not child.wait(ANSWERS_WITHIN) or child.exit_code:
            _fail_after(0, child.log)
    finally:
        child.kill()
    create_timelapse(camera=camera.pk, name=TIMELAPSE)


def _fail_after(deadline: float, log: Path) -> None:
    if time.monotonic() > deadline:
        msg = f"The simulated camera could not be paired; see {log}."
        raise StackError(msg)


def render_first_movie() -> bool:
    """Request the first movie once there are enough frames; return whether nothing is left to do."""
    timelapse = Timelapse.objects.filter(name=TIMELAPSE).first()
    if timelapse is None or Movie.objects.exists():
        return True
    if footage([timelapse.pk])[timelapse.pk].frame_count < FRAMES_OF_FIRST_MOVIE:
        return False
    operator = User.objects.filter(is_superuser=True).earliest("pk")
    request_render(timelapse.pk, RenderOptions(fps=FPS_OF_FIRST_MOVIE), operator)
    return True
