"""The commands that capture or deliver: `run`, `deliver`, `capture`."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.agent import Agent, Summary
from camera_agent.cli.terminal import print_message, print_result
from camera_agent.config import Config, check, read
from camera_agent.delivery.policy import request_delivery
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import AnotherAgent, BadInput
from camera_agent.home import Home
from camera_agent.spool.store import Spool
from eliot_progress import install

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

    from camera_agent.drivers.base import Option

SOME_REFUSED = 3


def _run(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    config = _config(home, options)
    if options.once:
        _require_token(home, config)
    log = install(log_path=Path(options.log)) if options.log else None
    try:
        agent = Agent(home, config, notify=print_message)
        if options.once:
            return _conclude(agent.replay(), as_json=options.json)
        restart_wanted = agent.run()
    finally:
        if log is not None:
            log.remove()
    if restart_wanted:
        _restart()  # only now: what has not been written to the log would be lost
    return 0


def _restart() -> None:
    """Replace this process by a new one of the same command."""
    print_message("Restarting.")
    os.execv(sys.executable, [sys.executable, "-m", "camera_agent", *sys.argv[1:]])  # noqa: S606 - our own command


def _require_token(home: Home, config: Config) -> None:
    server = config.server or home.paired_server()
    if home.token_for(server) is None:
        raise BadInput(home.why_unpaired(server or "URL"))


def _deliver(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    config = read(home.config_file)
    _require_token(home, config)
    try:
        delivered = Agent(home, config, notify=print_message).deliver()
    except AnotherAgent:
        with closing(Spool(home.spool)) as spool:
            count = request_delivery(spool)
        print_result(f"The running agent delivers {count} captures now. See: camera-agent status.")
        return 0
    print_result(f"{delivered} captures delivered.")
    return 0


def _capture(options: argparse.Namespace) -> int:
    home = Home(Path(options.home)).create()
    config = _config(home, options)
    target = Path(options.file)
    with tempfile.TemporaryDirectory(dir=home.folder) as temporary:
        image, small = Path(temporary) / "image", Path(temporary) / "preview"
        process = DriverProcess(config.driver, config.options, capture_deadline_s=config.capture_deadline_s)
        with closing(process):
            process.open()
            taken = process.capture(image, preview=small if options.preview else None)
        if taken is None:
            raise BadInput(f"The driver {config.driver!r} has no more pictures.", "Choose another --source.")
        if options.preview and not small.exists():
            raise BadInput("No preview can be made.", "Install Pillow: pip install 'camera-agent[preview]'.")
        try:
            shutil.copyfile(small if options.preview else image, target)
        except OSError as error:
            raise BadInput(f"{target} can't be written: {error.strerror}.", "Choose another file.") from error
    exposure = ", ".join(f"{name} {value}" for name, value in taken.exposure.items())
    print_result(f"{target}: {target.stat().st_size} bytes, {taken.filetype} {exposure}".rstrip())
    return 0


def _conclude(summary: Summary, *, as_json: bool) -> int:
    if as_json:
        refused = [asdict(one) for one in summary.refused]
        print_result(json.dumps({"delivered": summary.delivered, "refused": refused, "note": summary.note}))
    else:
        if summary.note:
            print_result(summary.note)
        print_result(f"{summary.delivered} pictures delivered, {len(summary.refused)} left out.")
    return SOME_REFUSED if summary.refused else 0


def _config(home: Home, options: argparse.Namespace) -> Config:
    if options.config and not Path(options.config).exists():
        raise BadInput(f"There is no {options.config}.", "Choose an existing file with --config.")
    config = read(Path(options.config) if options.config else home.config_file)
    # The file's options belong to the file's driver.
    same = options.driver in (None, config.driver)
    driver_options: dict[str, Option] = dict(config.options) if same else {}
    if options.source:
        driver_options["source"] = str(Path(options.source).absolute())
    overrides = {"server": options.server, "driver": options.driver, "interval_s": options.interval}
    return check(
        replace(config, options=driver_options, **{k: v for k, v in overrides.items() if v is not None})
    )


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "deliver": _deliver,
    "capture": _capture,
}
