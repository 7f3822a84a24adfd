"""`eliot-progress watch` and `eliot-progress tree`: show any eliot log in a terminal."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from eliot_progress import sanitise, sources
from eliot_progress.bars import NO_TASKS, bars
from eliot_progress.reading import read
from eliot_progress.tree import Forest, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from eliot_progress.state import TaskState

#: The longest time between two reads, in seconds.
_MAX_INTERVAL_S = 3600.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Exit codes: 0 success, 2 the log can't be read."""
    parser = argparse.ArgumentParser(
        prog="eliot-progress", description="Progress and causes from an eliot log."
    )
    commands = parser.add_subparsers(required=True)
    watch = commands.add_parser("watch", help="live bars of the running tasks")
    watch.add_argument(
        "source",
        help="a log file of JSON lines, the http(s):// URL of one or of an explorer's export, "
        "or the redis:// URL of a store",
    )
    watch.add_argument(
        "--header", action="append", default=[], type=_header, help="for http(s): 'Cookie: sessionid=...'"
    )
    watch.add_argument("--once", action="store_true", help="print once and exit")
    watch.add_argument("--every", type=float, default=0.5, help="seconds between two reads (default: 0.5)")
    watch.set_defaults(run=_watch)
    tree = commands.add_parser("tree", help="the tree of actions")
    tree.add_argument("file", type=Path, help="a log file of JSON lines")
    tree.add_argument(
        "--causal-id", default="", help="only the task whose id starts with this (dashes are ignored)"
    )
    tree.add_argument("--failed", action="store_true", help="only tasks in which something failed")
    tree.set_defaults(run=_tree)
    elk = commands.add_parser(
        "elk", help="write templates for Elasticsearch, OpenSearch, Filebeat, Logstash and Kibana"
    )
    elk.add_argument("folder", type=Path, help="where to write them; its README.md explains how to use them")
    elk.set_defaults(run=_elk)
    return _run(parser.parse_args(argv))


def _run(arguments: argparse.Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(
            errors="backslashreplace"
        )  # a terminal of another encoding has no letters for bars
    try:
        status = int(arguments.run(arguments))
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has exited
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}." if error.filename else error
        sys.stderr.write(f"eliot-progress: {reason}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return status


def _tree(arguments: argparse.Namespace) -> int:
    file, wanted = sources.existing_log(arguments.file), _plain(arguments.causal_id).lower()
    forest = Forest(each for each in read(file) if _plain(each.get("task_uuid")).startswith(wanted))
    shown = [each for each in forest.tasks.items() if not arguments.failed or each[1].failed]
    for uuid, root in shown:
        sys.stdout.write("\n".join([sanitise.text(uuid), *lines(root), ""]) + "\n")
    if not shown:
        sys.stderr.write(f"eliot-progress: {_reason_for_nothing(arguments)}\n")
    return 0


def _plain(task_uuid: object) -> str:
    return str(task_uuid).replace("-", "")


def _reason_for_nothing(arguments: argparse.Namespace) -> str:
    if arguments.failed:
        return f"Nothing failed in {arguments.file}."
    if arguments.causal_id:
        return f"No task in {arguments.file} has an id that begins with {arguments.causal_id}."
    return f"There are no eliot messages in {arguments.file}. {sources.LOG_HINT}"


def _elk(arguments: argparse.Namespace) -> int:
    from eliot_progress.elk.files import write  # noqa: PLC0415 - only this command needs it

    sys.stdout.write("".join(f"{path}\n" for path in write(arguments.folder)))
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    read_states = sources.source(arguments.source, dict(arguments.header))
    states = read_states(time.time())
    if arguments.once:
        sys.stdout.write(_screen(states, time.time(), "") + "\n")
        return 0
    with _painter() as paint:
        error_text = ""
        while True:
            paint(states, time.time(), error_text)
            time.sleep(min(max(0.05, arguments.every), _MAX_INTERVAL_S))
            try:
                states, error_text = read_states(time.time()), ""
            except OSError as error:  # the source has vanished: keep the last states on the screen
                error_text = sanitise.text(error)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (name.strip() and colon):
        raise argparse.ArgumentTypeError(f"{text!r} is not a header. Write it as 'Cookie: sessionid=...'.")
    return name.strip(), value.strip()


def _painter() -> AbstractContextManager[Callable[[Sequence[TaskState], float, str], None]]:
    if not sys.stdout.isatty():
        return nullcontext(_ChangedLines())
    try:
        from eliot_progress.adapters.rich import live  # noqa: PLC0415 - an extra, for terminals only
    except ImportError:
        return nullcontext(_redraw)
    return live()


def _screen(states: Sequence[TaskState], now: float, error_text: str) -> str:
    return "\n".join([*(bars(states, now) or [NO_TASKS]), *([error_text] if error_text else [])])


def _redraw(states: Sequence[TaskState], now: float, error_text: str) -> None:
    """Redraw the whole screen of a terminal without rich."""
    sys.stdout.write(f"\x1b[H\x1b[J{_screen(states, now, error_text)}\n")
    sys.stdout.flush()


class _ChangedLines:
    """Print only the lines that changed, for files and pipes."""

    def __init__(self) -> None:
        self._printed: list[str] = []

    def __call__(self, states: Sequence[TaskState], now: float, error_text: str) -> None:
        screen = _screen(states, now, error_text).splitlines()
        sys.stdout.write("".join(f"{line}\n" for line in screen if line not in self._printed))
        sys.stdout.flush()
        self._printed = screen
