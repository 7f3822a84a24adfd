"""`eliot-progress watch` and `eliot-progress tree`: any eliot log, for people in a terminal."""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from eliot_progress import sanitise, sources
from eliot_progress.bars import NOTHING, bars
from eliot_progress.reading import read
from eliot_progress.tree import Forest, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from eliot_progress.state import TaskState

#: Between two looks.
_LONGEST_S = 3600.0


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit codes: 0 all right, 2 the log can't be read."""
    parser = argparse.ArgumentParser(
        prog="eliot-progress", description="Progress and causes from an eliot log."
    )
    commands = parser.add_subparsers(required=True)
    watch = commands.add_parser("watch", help="live bars of what is going on")
    watch.add_argument(
        "source",
        help="a log file of JSON lines, the http(s):// URL of one or of an explorer's export, "
        "or the redis:// URL of a store",
    )
    watch.add_argument(
        "--header", action="append", default=[], type=_header, help="for http(s): 'Cookie: sessionid=...'"
    )
    watch.add_argument("--once", action="store_true", help="print once and end")
    watch.add_argument("--every", type=float, default=0.5, help="seconds between two looks (default: 0.5)")
    watch.set_defaults(run=_watch)
    tree = commands.add_parser("tree", help="the tree of causes")
    tree.add_argument("file", type=Path, help="a log file of JSON lines")
    tree.add_argument(
        "--causal-id", default="", help="only the task whose id begins so (dashes do not matter)"
    )
    tree.add_argument("--failed", action="store_true", help="only tasks in which something failed")
    tree.set_defaults(run=_tree)
    elk = commands.add_parser(
        "elk", help="files for Elasticsearch, OpenSearch, Filebeat, Logstash and Kibana"
    )
    elk.add_argument("folder", type=Path, help="where to write them; README.md there says how to use them")
    elk.set_defaults(run=_elk)
    return _done(parser.parse_args(argv))


def _done(arguments: argparse.Namespace) -> int:
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        told = f"{error.filename}: {error.strerror}." if error.filename else error
        sys.stderr.write(f"eliot-progress: {told}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return status


def _tree(arguments: argparse.Namespace) -> int:
    file, wanted = sources.log_at(arguments.file), _plain(arguments.causal_id).lower()
    forest = Forest(each for each in read(file) if _plain(each.get("task_uuid")).startswith(wanted))
    shown = [each for each in forest.tasks.items() if not arguments.failed or each[1].failed]
    for uuid, root in shown:
        sys.stdout.write("\n".join([uuid, *lines(root), ""]) + "\n")
    if not shown:
        sys.stderr.write(f"eliot-progress: {_why_none(arguments)}\n")
    return 0


def _plain(task_uuid: object) -> str:
    return str(task_uuid).replace("-", "")


def _why_none(arguments: argparse.Namespace) -> str:
    if arguments.failed:
        return f"Nothing failed in {arguments.file}."
    if arguments.causal_id:
        return f"No task in {arguments.file} has an id that begins with {arguments.causal_id}."
    return f"There are no eliot messages in {arguments.file}. {sources.GIVE_A_LOG}"


def _elk(arguments: argparse.Namespace) -> int:
    from eliot_progress.elk.files import write  # noqa: PLC0415 - only this command needs it

    sys.stdout.write("".join(f"{path}\n" for path in write(arguments.folder)))
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    look = sources.source(arguments.source, dict(arguments.header))
    states = look(time.time())
    if arguments.once:
        sys.stdout.write(_screen(states, time.time(), "") + "\n")
        return 0
    with _painter() as paint:
        trouble = ""
        while True:
            paint(states, time.time(), trouble)
            time.sleep(min(max(0.05, arguments.every), _LONGEST_S))
            try:
                states, trouble = look(time.time()), ""
            except OSError as error:  # it was there a moment ago: what was seen stays on the screen
                trouble = sanitise.text(error)


def _header(given: str) -> tuple[str, str]:
    name, colon, value = given.partition(":")
    if not (name.strip() and colon):
        raise argparse.ArgumentTypeError(f"{given!r} is no header. Write it as 'Cookie: sessionid=...'.")
    return name.strip(), value.strip()


def _painter() -> AbstractContextManager[Callable[[Sequence[TaskState], float, str], None]]:
    if not sys.stdout.isatty():
        return nullcontext(_Changed())
    try:
        from eliot_progress.adapters.rich import live  # noqa: PLC0415 - an extra, for terminals alone
    except ImportError:
        return nullcontext(_anew)
    return live()


def _screen(states: Sequence[TaskState], now: float, trouble: str) -> str:
    return "\n".join([*(bars(states, now) or [NOTHING]), *([trouble] if trouble else [])])


def _anew(states: Sequence[TaskState], now: float, trouble: str) -> None:
    """A terminal without rich: one plain screen."""
    sys.stdout.write(f"\x1b[H\x1b[J{_screen(states, now, trouble)}\n")
    sys.stdout.flush()


class _Changed:
    """A file or a pipe: only what changed."""

    def __init__(self) -> None:
        self._told: list[str] = []

    def __call__(self, states: Sequence[TaskState], now: float, trouble: str) -> None:
        screen = _screen(states, now, trouble).splitlines()
        sys.stdout.write("".join(f"{line}\n" for line in screen if line not in self._told))
        sys.stdout.flush()
        self._told = screen
