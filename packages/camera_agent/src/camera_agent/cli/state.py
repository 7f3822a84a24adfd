"""The commands that report state: `status`, `doctor`, `service`, `drivers`."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.cli.doctor import run_checks
from camera_agent.cli.terminal import print_result
from camera_agent.config import read
from camera_agent.delivery.policy import DELIVERY_REQUESTED
from camera_agent.drivers import registry
from camera_agent.home import Home, is_running
from camera_agent.host.clock import boot_id
from camera_agent.spool.store import Spool

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping


def _status(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    identity = home.read(home.identity_file)
    with closing(Spool(home.spool)) as spool:
        counts, fix = spool.counts(), spool.clock_fixes.of(boot_id())
        requested = spool.key_values.get(DELIVERY_REQUESTED)
    state = {
        "server": identity.get("server"),
        "name": identity.get("name"),
        "paired": home.is_paired(),
        "running": is_running(home),
        "spool": asdict(counts),
        "clock_fix": None if fix is None else asdict(fix),
        "delivery_requested_up_to": None if requested is None else int(requested),
        "last_heartbeat": home.read(home.status_file) or None,
    }
    print_result(json.dumps(state, indent=2))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    findings = run_checks(home, read(home.config_file))
    for finding in findings:
        print_result(f"{'ok ' if finding.ok else 'NO '} {finding.name}: {finding.message}")
    return 0 if all(finding.ok for finding in findings) else 1


def _service(_options: argparse.Namespace) -> int:
    unit = (resources.files("camera_agent") / "camera-agent.service").read_text()
    print_result(unit.replace("@COMMAND@", f"{sys.executable} -m camera_agent").rstrip())
    return 0


def _drivers(_options: argparse.Namespace) -> int:
    for name in registry.names():
        print_result(name)
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "status": _status,
    "doctor": _doctor,
    "service": _service,
    "drivers": _drivers,
}
