"""The `camera-agent` command."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent import __version__
from camera_agent.agent import Agent, Summary
from camera_agent.config import Config, check, read
from camera_agent.doctor import examine
from camera_agent.drivers import registry
from camera_agent.errors import AgentError, BadInput
from camera_agent.home import Home
from camera_agent.link.client import Client
from camera_agent.link.pairing import request_code, wait_for_approval
from camera_agent.spool.listing import listing
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
        _tell(f"Open {code.verification_uri} and enter the code {code.user_code}")
        paired = wait_for_approval(client, code)
    finally:
        home.pairing_file.unlink(missing_ok=True)
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
            agent.film()
            return 0
        return _conclude(agent.replay(), as_json=options.json)
    finally:
        if log is not None:
            log.remove()


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
    counts = Spool(home.spool).counts()
    facts = {
        "server": identity.get("server"),
        "name": identity.get("name"),
        "paired": home.token() is not None,
        "spool": asdict(counts),
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


def _spool_ls(options: argparse.Namespace) -> int:
    for entry in listing(Spool(_home(options).spool).index):
        one = entry.capture
        state = entry.state.name.lower()
        _tell(f"{one.sequence:8d}  {state:8s} {one.size:10d}  {one.capture}  {one.filename}  {entry.message}")
    return 0


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

    run = _command(commands, "run", "film and deliver", _run)
    run.add_argument("--server", metavar="URL", help="address of the server (default: the one paired with)")
    run.add_argument("--driver", help="which camera: see `camera-agent drivers`")
    run.add_argument("--interval", type=float, metavar="S", help="seconds between two captures")
    run.add_argument("--source", metavar="PATH", help="folder of pictures or video for the replay driver")
    run.add_argument("--once", action="store_true", help="replay the source once, deliver all, exit")
    run.add_argument("--config", metavar="FILE", help="settings (default: config.toml in the home folder)")
    run.add_argument("--log", metavar="FILE", help="write eliot's JSON lines there")
    run.add_argument("--json", action="store_true", help="with --once: a JSON summary on stdout")

    _command(commands, "status", "what this agent is and has, as JSON", _status)
    _command(commands, "doctor", "check camera, clock, disk, network and permissions", _doctor)
    _command(commands, "service", "print a systemd unit for this installation", _service)
    _command(commands, "drivers", "list the cameras that can be named", _drivers)
    spool = commands.add_parser("spool", help="look at the captures that wait").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _command(spool, "ls", "list captures not delivered", _spool_ls)
    return parser


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
