"""The `camera-agent` command."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent import __version__, cli_spool
from camera_agent.agent import Agent, Summary
from camera_agent.clock import boot_id
from camera_agent.config import Config, check, read
from camera_agent.doctor import examine
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import AgentError, AnotherAgent, BadInput
from camera_agent.gate import ASKED, ask
from camera_agent.home import Home, is_running
from camera_agent.link.client import Client
from camera_agent.link.pairing import request_code, wait_for_approval
from camera_agent.spool.store import Spool
from eliot_progress import install

if TYPE_CHECKING:
    from collections.abc import Sequence

    from camera_agent.drivers.base import Option

SOME_REFUSED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code.

    0 done; 2 the input can't work; 3 delivered, but some pictures were left out; 4 not (all) delivered or not
    approved; 1 anything else.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except AgentError as error:
        _say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _say(sentence: str) -> None:
    sys.stderr.write(f"camera-agent: {sentence}\n")
    sys.stderr.flush()


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _home(options: argparse.Namespace) -> Home:
    return Home(Path(options.home)).create()


def _pair(options: argparse.Namespace) -> int:
    home = _home(options)
    with closing(Client(options.url)) as client:
        if home.read(home.identity_file).get("server") == client.server:
            # Paired with this server before: it goes on as the same camera. No other server sees the token.
            client.token = home.token()
        return _pair_with(client, home, options)


def _pair_with(client: Client, home: Home, options: argparse.Namespace) -> int:
    about = {"driver": options.driver, "model": "", "agent": f"camera-agent {__version__}"}
    code = request_code(client, {"name": options.name, **about})
    home.write(
        home.pairing_file,
        {
            "user_code": code.user_code,
            "verification_uri": code.verification_uri,
            "verification_uri_complete": code.verification_uri_complete,
        },
    )
    try:
        # Imported here: no other command draws, and a Pi starts the slower the more it imports.
        from camera_agent.showing import code_text  # noqa: PLC0415

        _tell(code_text(code, picture=sys.stdout.isatty() or options.qr))
        paired = wait_for_approval(client, code)
    finally:
        home.pairing_file.unlink(missing_ok=True)
    # What another server wished is of no interest to this one.
    home.wished_file.unlink(missing_ok=True)
    home.write(home.identity_file, {"server": client.server, "camera": paired.camera, "name": paired.name})
    home.save_token(paired.access_token)
    _tell(f"Paired as {paired.name or options.name}.")
    return 0


def _run(options: argparse.Namespace) -> int:
    home = _home(options)
    config = _config(home, options)
    if options.once and home.token() is None:
        raise BadInput("This agent is not paired.", "Pair it first: camera-agent pair URL.")
    log = install(log_path=Path(options.log)) if options.log else None
    try:
        agent = Agent(home, config, say=_say)
        if not options.once:
            if agent.film():
                _start_again()
            return 0
        return _conclude(agent.replay(), as_json=options.json)
    finally:
        if log is not None:
            log.remove()


def _start_again() -> None:
    """Replace this process by a fresh one of the same command, as the server wished."""
    _say("Starting again, as the server wishes.")
    os.execv(sys.executable, [sys.executable, "-m", "camera_agent", *sys.argv[1:]])  # noqa: S606 - ourselves


def _deliver(options: argparse.Namespace) -> int:
    home = _home(options)
    if home.token() is None:
        raise BadInput("This agent is not paired.", "Pair it first: camera-agent pair URL.")
    try:
        delivered = Agent(home, read(home.config_file), say=_say).deliver()
    except AnotherAgent:
        with closing(Spool(home.spool)) as spool:
            _tell(f"The running agent delivers {ask(spool)} captures now. See: camera-agent status.")
        return 0
    _tell(f"{delivered} captures delivered.")
    return 0


def _capture(options: argparse.Namespace) -> int:
    home = _home(options)
    config = _config(home, options)
    target = Path(options.file)
    with tempfile.TemporaryDirectory(dir=home.folder) as temporary:
        shot, small = Path(temporary) / "shot", Path(temporary) / "preview"
        process = DriverProcess(config.driver, config.options, capture_deadline_s=config.capture_deadline_s)
        with closing(process):
            process.open()
            taken = process.capture(shot, preview=small if options.preview else None)
        if taken is None:
            raise BadInput(f"The driver {config.driver!r} has no more pictures.")
        if options.preview and not small.exists():
            raise BadInput("No preview can be made.", "Install Pillow: pip install 'camera-agent[preview]'.")
        try:
            shutil.copyfile(small if options.preview else shot, target)
        except OSError as error:
            raise BadInput(f"{target} can't be written: {error.strerror}.") from error
    told = ", ".join(f"{name} {value}" for name, value in taken.exposure.items())
    _tell(f"{target}: {target.stat().st_size} bytes, {taken.filetype} {told}".rstrip())
    return 0


def _conclude(summary: Summary, *, as_json: bool) -> int:
    if as_json:
        _tell(
            json.dumps({"delivered": summary.delivered, "refused": [asdict(one) for one in summary.refused]})
        )
    else:
        _tell(f"{summary.delivered} pictures delivered, {len(summary.refused)} left out.")
    return SOME_REFUSED if summary.refused else 0


def _config(home: Home, options: argparse.Namespace) -> Config:
    config = read(Path(options.config) if options.config else home.config_file)
    # The file's options belong to the file's driver.
    same = options.driver in (None, config.driver)
    driver_options: dict[str, Option] = dict(config.options) if same else {}
    if options.source:
        driver_options["source"] = str(Path(options.source).absolute())
    given = {"server": options.server, "driver": options.driver, "interval_s": options.interval}
    return check(replace(config, options=driver_options, **{k: v for k, v in given.items() if v is not None}))


def _status(options: argparse.Namespace) -> int:
    home = _home(options)
    identity = home.read(home.identity_file)
    with closing(Spool(home.spool)) as spool:
        counts, fix = spool.counts(), spool.fixes.of(boot_id())
        asked = spool.notes.get(ASKED)
    facts = {
        "server": identity.get("server"),
        "name": identity.get("name"),
        "paired": home.token() is not None,
        "running": is_running(home),
        "spool": asdict(counts),
        "clock_fix": None if fix is None else asdict(fix),
        "delivery_asked_up_to": None if asked is None else int(asked),
        "last_heartbeat": home.read(home.status_file) or None,
    }
    _tell(json.dumps(facts, indent=2))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    home = _home(options)
    findings = examine(home, read(home.config_file))
    for finding in findings:
        _tell(f"{'ok ' if finding.well else 'NO '} {finding.name}: {finding.message}")
    return 0 if all(finding.well for finding in findings) else 1


def _service(_options: argparse.Namespace) -> int:
    unit = (resources.files("camera_agent") / "camera-agent.service").read_text()
    _tell(unit.replace("@COMMAND@", f"{sys.executable} -m camera_agent").rstrip())
    return 0


def _drivers(_options: argparse.Namespace) -> int:
    for name in registry.names():
        _tell(name)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camera-agent", description="Films offline and online and never loses a frame."
    )
    parser.add_argument("--version", action="version", version=f"camera-agent {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    pair = _command(commands, "pair", "get a token for this camera from a server", _pair)
    pair.add_argument("url", help="address of the server")
    pair.add_argument("--name", default=os.uname().nodename, help="what the camera shall be called")
    pair.add_argument("--driver", default="simulated", help="which kind of camera it is")
    pair.add_argument("--qr", action="store_true", help="draw the code also where no terminal is")

    run = _command(commands, "run", "film and deliver", _run)
    run.add_argument("--server", metavar="URL", help="address of the server (default: the one paired with)")
    run.add_argument("--interval", type=float, metavar="S", help="seconds between two captures")
    _camera_options(run)
    run.add_argument("--once", action="store_true", help="replay the source once, deliver all, exit")
    run.add_argument("--log", metavar="FILE", help="write eliot's JSON lines there")
    run.add_argument("--json", action="store_true", help="with --once: a JSON summary on stdout")

    _command(commands, "deliver", "deliver what waits now, whatever the windows say", _deliver)

    capture = _command(commands, "capture", "take one picture for a look, beside the film", _capture)
    capture.add_argument("file", nargs="?", default="capture.jpg", help="where to (default: capture.jpg)")
    capture.add_argument("--preview", action="store_true", help="a small copy instead of the picture")
    capture.set_defaults(server=None, interval=None)
    _camera_options(capture)

    _command(commands, "status", "what this agent is and has, as JSON", _status)
    _command(commands, "doctor", "check camera, clock, disk, network and permissions", _doctor)
    _command(commands, "service", "print a systemd unit for this installation", _service)
    _command(commands, "drivers", "list the cameras that can be named", _drivers)
    spool = commands.add_parser("spool", help="look at the captures that wait").add_subparsers(
        required=True, metavar="COMMAND"
    )
    cli_spool.add_to(lambda name, text, function: _command(spool, name, text, function))
    return parser


def _camera_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--driver", help="which camera: see `camera-agent drivers`")
    parser.add_argument("--source", metavar="PATH", help="folder of pictures or video for the replay driver")
    parser.add_argument("--config", metavar="FILE", help="settings (default: config.toml in the home folder)")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    function: object,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=os.environ.get("CAMERA_AGENT_HOME") or str(Path.home() / ".camera-agent"),
        help="the agent's folder (default: $CAMERA_AGENT_HOME or ~/.camera-agent)",
    )
    parser.set_defaults(command=function)
    return parser
