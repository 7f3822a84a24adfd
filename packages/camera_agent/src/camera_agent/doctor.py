"""`camera-agent doctor`: everything that filming needs, looked at once, each trouble with its remedy."""

from __future__ import annotations

import shutil
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.clock import Clock, ClockQuality
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import AgentError
from camera_agent.home import is_running
from camera_agent.link.client import Client
from camera_agent.network import current_network

if TYPE_CHECKING:
    from collections.abc import Callable

    from camera_agent.config import Config
    from camera_agent.home import Home

#: A clock that differs from the server's by more seconds than this is worth a word.
CLOCK_TOLERANCE_S = 5.0
#: A capture that no agent makes: to ask for it takes a token that is good, and changes nothing.
NONEXISTENT_CAPTURE = "doctor-00000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: whether it is well, and a sentence (with the remedy when it is not)."""

    name: str
    ok: bool
    message: str


def run_checks(home: Home, config: Config) -> list[Finding]:
    """Look at everything; a check that fails never keeps the next from being made."""
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
                f"It can't be tried: {error.strerror}. Run this as the agent's user, or mend the folder."
            )
            findings.append(Finding(name=name, ok=False, message=message))
    return findings


def folder(home: Home, _config: Config) -> Finding:
    """Whether the agent can write where its state lies."""
    try:
        with tempfile.TemporaryFile(dir=home.folder) as file:
            file.write(b"\0")
    except OSError as error:
        message = (
            f"{home.folder} can't be written: {error.strerror}. Check its owner, and that the card is well."
        )
        return Finding(name="folder", ok=False, message=message)
    return Finding(name="folder", ok=True, message=f"{home.folder} can be written.")


def disk(home: Home, config: Config) -> Finding:
    """Whether there is room to film offline."""
    free = shutil.disk_usage(home.folder).free
    told = f"{free / 2**30:.1f} GiB free"
    if free <= config.reserve_bytes:
        message = (
            f"{told}, less than the reserve of {config.reserve_mib:g} MiB. Free some, or lower reserve_mib."
        )
        return Finding(name="disk", ok=False, message=message)
    return Finding(name="disk", ok=True, message=f"{told}.")


def clock(_home: Home, _config: Config) -> Finding:
    """Whether the time is known."""
    if Clock().now().quality is ClockQuality.SYNCED:
        return Finding(name="clock", ok=True, message="Set from the network.")
    message = "Not set from the network; the server's time is used. Switch it on: timedatectl set-ntp true."
    return Finding(name="clock", ok=False, message=message)


def network(_home: Home, config: Config) -> Finding:
    """Whether there is a way out, and one that captures may take."""
    here, wanted = current_network(), config.delivery.networks
    if not here.interface:
        message = "No network has a default route. Check the cable or the Wi-Fi: nmcli device status."
        return Finding(name="network", ok=False, message=message)
    told = " / ".join(dict.fromkeys(name for name in (here.interface, here.wifi) if name))
    if wanted and not here.names & set(wanted):
        message = f"{told} is none of delivery.networks ({', '.join(wanted)}): captures wait."
        return Finding(name="network", ok=False, message=message)
    return Finding(name="network", ok=True, message=f"{told}.")


def token(home: Home, _config: Config) -> Finding:
    """Whether the camera is paired, and its token private."""
    if home.token() is None and home.token_file.exists():
        message = f"{home.token_file} can't be read. Run this as the agent's user, or pair again."
        return Finding(name="token", ok=False, message=message)
    if home.token() is None:
        return Finding(name="token", ok=False, message="Not paired. Run: camera-agent pair URL.")
    mode = home.token_file.stat().st_mode & 0o777
    if mode & 0o077:
        message = f"Others can read {home.token_file}. Run: chmod 600 {home.token_file}"
        return Finding(name="token", ok=False, message=message)
    return Finding(name="token", ok=True, message="Paired; only its owner can read the token.")


def server(home: Home, config: Config) -> Finding:
    """Whether the server answers, and its clock agrees."""
    address = config.server or str(home.read(home.identity_file).get("server", ""))
    if not address:
        return Finding(name="server", ok=False, message="None is known. Run: camera-agent pair URL.")
    with closing(Client(address, token=home.token(), timeout_s=10.0)) as client:
        response = client.send("OPTIONS", "/captures", {"Tus-Resumable": "1.0.0"})
        if response.status >= 400:
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
    """Whether the camera takes a picture; a running agent has it in hand, and tells."""
    if is_running(home):
        told = home.read(home.status_file)
        well, detail = told.get("state") != "error", str(told.get("state_detail") or told.get("state", ""))
        return Finding(
            name="camera", ok=well, message=f"The agent that runs has it, and says: {detail.rstrip('.')}."
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
