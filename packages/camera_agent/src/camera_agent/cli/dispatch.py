"""Parses the command line and runs the command."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent import __version__
from camera_agent.cli import terminal
from camera_agent.cli.terminal import print_message
from camera_agent.errors import AgentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: What `spool purge` can delete.
PURGED = {
    "refused": "pictures that the server refused",
    "kept": "pictures that were delivered and kept",
    "exported": "pending pictures that are on a USB drive as well",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code.

    0 done; 2 the input can't work; 3 delivered, but some pictures were left out; 4 not (all) delivered or not
    approved; 130 stopped by Ctrl-C, unless it captures or delivers; 1 anything else.
    """
    options = _parser().parse_args(arguments)
    terminal.take_any_text()
    try:
        return _commands(options.command)[options.command](options)
    except BrokenPipeError:  # `| head` has exited
        terminal.discard_results()
        return 0
    except AgentError as error:
        print_message(str(error))
        return error.exit_code
    except OSError as error:
        if error.filename is None:
            raise
        print_message(f"{error.filename} can't be used: {error.strerror}. Check its owner, and the card.")
        return 1
    except KeyboardInterrupt:
        return 130


def _commands(name: str) -> Mapping[str, Callable[[argparse.Namespace], int]]:
    """Return the commands of the module of `name`; only that one is imported, since a Pi imports slowly."""
    if name in ("run", "deliver", "capture"):
        from camera_agent.cli import capture  # noqa: PLC0415

        return capture.COMMANDS
    if name == "pair":
        from camera_agent.cli import pairing  # noqa: PLC0415

        return pairing.COMMANDS
    if name in ("ls", "export", "purge", "retry"):
        from camera_agent.cli import spool  # noqa: PLC0415

        return spool.COMMANDS
    from camera_agent.cli import state  # noqa: PLC0415

    return state.COMMANDS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="camera-agent", description="Captures offline and online and never loses a frame."
    )
    parser.add_argument("--version", action="version", version=f"camera-agent {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    pair = _command(commands, "pair", "get a token for this camera from a server")
    pair.add_argument("url", help="address of the server")
    pair.add_argument("--name", default=os.uname().nodename, help="the camera's name")
    pair.add_argument("--driver", default="simulated", help="the camera's driver")
    pair.add_argument("--qr", action="store_true", help="show the QR code even without a terminal")

    run = _command(commands, "run", "capture and deliver")
    run.add_argument("--server", metavar="URL", help="address of the server (default: the one paired with)")
    run.add_argument("--interval", type=float, metavar="S", help="seconds between two captures")
    _camera_options(run)
    run.add_argument("--once", action="store_true", help="replay the source once, deliver all, exit")
    run.add_argument("--log", metavar="FILE", help="write eliot's JSON lines there")
    run.add_argument("--json", action="store_true", help="with --once: a JSON summary on stdout")

    _command(commands, "deliver", "deliver pending captures now, whatever the windows say")

    capture = _command(commands, "capture", "take one test picture, outside of the spool")
    capture.add_argument("file", nargs="?", default="capture.jpg", help="target file (default: capture.jpg)")
    capture.add_argument("--preview", action="store_true", help="a preview instead of the picture")
    capture.set_defaults(server=None, interval=None)
    _camera_options(capture)

    _command(commands, "status", "the agent's state, as JSON")
    _command(commands, "doctor", "check camera, clock, disk, network and permissions")
    _command(commands, "service", "print a systemd unit for this installation")
    _command(commands, "drivers", "list the available drivers")
    spool = commands.add_parser("spool", help="inspect and export captures").add_subparsers(
        required=True, metavar="COMMAND"
    )
    _spool_commands(spool)
    return parser


def _spool_commands(spool: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(spool, "ls", "list captures not delivered, refused, or kept after delivery")
    exporting = _command(spool, "export", "write the pending captures to a USB drive or folder")
    exporting.add_argument("folder", type=Path, help="target: the drive's folder")
    exporting.add_argument("--all", action="store_true", help="include refused and kept captures")
    retrying = _command(spool, "retry", "deliver captures that the server refused once more")
    retrying.add_argument(
        "--refused", action="store_true", required=True, help="all captures that the server refused"
    )
    purging = _command(spool, "purge", "delete pictures permanently")
    kinds = purging.add_mutually_exclusive_group(required=True)
    for kind, text in PURGED.items():
        kinds.add_argument(f"--{kind}", action="store_const", dest="kind", const=kind, help=text)


def _camera_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--driver", help="the driver: see `camera-agent drivers`")
    parser.add_argument("--source", metavar="PATH", help="folder of pictures or video for the replay driver")
    parser.add_argument("--config", metavar="FILE", help="settings (default: config.toml in the home folder)")


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.add_argument(
        "--home",
        metavar="DIR",
        default=os.environ.get("CAMERA_AGENT_HOME") or str(Path.home() / ".camera-agent"),
        help="the agent's folder (default: $CAMERA_AGENT_HOME or ~/.camera-agent)",
    )
    parser.set_defaults(command=name)
    return parser
