"""`camera-agent doctor`: checks everything that capturing needs; each problem comes with its remedy."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import AgentError
from camera_agent.home import is_running
from camera_agent.host.clock import Clock, ClockQuality
from camera_agent.host.network import current_network
from camera_agent.remote.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.config import Config
    from camera_agent.home import Home

#: A larger difference between this clock and the server's is reported, seconds.
CLOCK_TOLERANCE_S = 5.0
#: No agent makes this capture: querying it needs a valid token and changes nothing.
NONEXISTENT_CAPTURE = "doctor-00000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of a check: whether it passed, and a sentence (with the remedy if it did not)."""

    name: str
    ok: bool
    message: str


def run_checks(home: Home, config: Config) -> list[Finding]:
    """Run all checks; one that fails does not prevent the next."""
    checks: dict[str, Callable[[Home, Config], Finding]] = {
        "folder": folder,
        "disk": disk,
        "clock": clock,
        "network": network,
        "token": token,
        "server": server,
        "camera": camera,
    }
    findings = []
    for name, check in checks.items():
        try:
            findings.append(check(home, config))
        except AgentError as error:
            findings.append(Finding(name=name, ok=False, message=str(error)))
        except OSError as error:
            message = (
                f"It can't be checked: {error.strerror}. Run this as the agent's user, or repair the folder."
            )
            findings.append(Finding(name=name, ok=False, message=message))
    return findings


def folder(home: Home, _config: Config) -> Finding:
    """Whether the agent can write to its folder."""
    try:
        with tempfile.TemporaryFile(dir=home.folder) as file:
            file.write(b"\0")
    except OSError as error:
        message = f"{home.folder} can't be written: {error.strerror}. Check its owner and the card."
        return Finding(name="folder", ok=False, message=message)
    return Finding(name="folder", ok=True, message=f"{home.folder} can be written.")


def disk(home: Home, config: Config) -> Finding:
    """Whether there is space to capture offline."""
    free = shutil.disk_usage(home.folder).free
    summary = f"{free / 2**30:.1f} GiB free"
    if free <= config.reserve_bytes:
        reserve = f"less than the reserve of {config.reserve_mib:g} MiB"
        message = f"{summary}, {reserve}. Free some space, or lower reserve_mib."
        return Finding(name="disk", ok=False, message=message)
    return Finding(name="disk", ok=True, message=f"{summary}.")


def clock(_home: Home, _config: Config) -> Finding:
    """Whether the network has set the clock."""
    if Clock().now().quality is ClockQuality.SYNCED:
        return Finding(name="clock", ok=True, message="Set from the network.")
    message = "Not set from the network; the server's time is used. Enable it: timedatectl set-ntp true."
    return Finding(name="clock", ok=False, message=message)


def network(_home: Home, config: Config) -> Finding:
    """Whether there is a network, and captures may use it."""
    here, wanted = current_network(), config.delivery.networks
    if not here.interface:
        message = "No network has a default route. Check the cable or the Wi-Fi: nmcli device status."
        return Finding(name="network", ok=False, message=message)
    names = " / ".join(dict.fromkeys(name for name in (here.interface, here.wifi) if name))
    if wanted and not here.names & set(wanted):
        message = f"{names} is none of delivery.networks ({', '.join(wanted)}): captures wait."
        return Finding(name="network", ok=False, message=message)
    return Finding(name="network", ok=True, message=f"{names}.")


def token(home: Home, config: Config) -> Finding:
    """Whether the camera is paired, and only its owner can read the token."""
    if home.token() is None or (config.server and home.token_for(config.server) is None):
        return Finding(name="token", ok=False, message=home.why_unpaired(config.server or "URL"))
    mode = home.token_file.stat().st_mode & 0o777
    if mode & 0o077:
        message = f"Others can read {home.token_file}. Run: chmod 600 {home.token_file}"
        return Finding(name="token", ok=False, message=message)
    return Finding(name="token", ok=True, message="Paired; only its owner can read the token.")


def server(home: Home, config: Config) -> Finding:
    """Whether the server responds, accepts the token, and agrees on the time."""
    address = config.server or home.paired_server()
    if not address:
        return Finding(
            name="server",
            ok=False,
            message="There is none yet, and pictures wait. Pair it: camera-agent pair URL.",
        )
    with closing(Client(address, token=home.token_for(address), timeout_s=10.0)) as client:
        response = client.send("OPTIONS", "/captures", {"Tus-Resumable": "1.0.0"})
        if response.status >= 400 or not response.is_from_app:
            return Finding(name="server", ok=False, message=f"{client.server}: {response.error[1]}")
        if (
            client.token
            and client.send("HEAD", f"/captures/{NONEXISTENT_CAPTURE}", {"Tus-Resumable": "1.0.0"}).status
            == 401
        ):
            message = f"{address} does not accept this camera's token. Pair it again: camera-agent pair URL."
            return Finding(name="server", ok=False, message=message)
        apart = _seconds_apart(response.headers.get("date"))
    if apart is not None and abs(apart) > CLOCK_TOLERANCE_S:
        message = f"{address} answers, but its clock is {apart:+.0f} s from ours. Check which one is wrong."
        return Finding(name="server", ok=False, message=message)
    return Finding(name="server", ok=True, message=f"{address} answers.")


def camera(home: Home, config: Config) -> Finding:
    """Whether the camera takes a picture; while an agent uses it, what that agent reports."""
    if is_running(home):
        status = home.read(home.status_file)
        ok, detail = (
            status.get("state") != "error",
            str(status.get("state_detail") or status.get("state", "")),
        )
        return Finding(
            name="camera", ok=ok, message=f"The running agent uses it, and reports: {detail.rstrip('.')}."
        )
    process = DriverProcess(config.driver, config.options, capture_deadline_s=config.capture_deadline_s)
    with closing(process), tempfile.TemporaryDirectory(dir=home.folder) as temporary:
        description = process.open()
        started = time.monotonic()
        process.capture(Path(temporary) / "image")
        took = time.monotonic() - started
    return Finding(name="camera", ok=True, message=f"{description.model} took a picture in {took:.1f} s.")


def _seconds_apart(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date or "").timestamp() - time.time()
    except ValueError:
        return None
