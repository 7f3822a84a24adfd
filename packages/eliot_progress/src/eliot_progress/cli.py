"""`eliot-progress watch` and `eliot-progress tree`: any eliot log, for people in a terminal."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from eliot_progress import clean, ids, stall
from eliot_progress.reading import Tail, read
from eliot_progress.state import Reducer, TaskState
from eliot_progress.tree import Forest, lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eliot_progress.stores.base import Store

_WIDTH = 30
#: Seconds for which ended work stays on the screen.
_LINGER_S = 10.0


def main(argv: Sequence[str] | None = None) -> int:
    """The command. Exit codes: 0 all right, 2 the log can't be read."""
    parser = argparse.ArgumentParser(
        prog="eliot-progress", description="Progress and causes from an eliot log."
    )
    commands = parser.add_subparsers(required=True)
    watch = commands.add_parser("watch", help="live bars of what is going on")
    watch.add_argument("source", help="a log file of JSON lines, or the redis:// URL of a store")
    watch.add_argument("--once", action="store_true", help="print once and end")
    watch.add_argument("--every", type=float, default=0.5, help="seconds between two looks (default: 0.5)")
    watch.set_defaults(run=_watch)
    tree = commands.add_parser("tree", help="the tree of causes")
    tree.add_argument("file", type=Path)
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
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except OSError as error:
        sys.stderr.write(f"eliot-progress: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 0


def _tree(arguments: argparse.Namespace) -> int:
    wanted = arguments.causal_id.replace("-", "").lower()
    for uuid, root in Forest(read(arguments.file)).tasks.items():
        if uuid.replace("-", "").startswith(wanted) and (not arguments.failed or root.failed):
            sys.stdout.write("\n".join([uuid, *lines(root), ""]) + "\n")
    return 0


def _elk(arguments: argparse.Namespace) -> int:
    from eliot_progress.elk.files import write  # noqa: PLC0415 - only this command needs it

    sys.stdout.write("".join(f"{path}\n" for path in write(arguments.folder)))
    return 0


def _watch(arguments: argparse.Namespace) -> int:
    look = _source(arguments.source)
    told: list[str] = []
    while True:
        now = time.time()
        screen = "\n".join(bars(look(now), now)) or "Nothing is going on."
        if arguments.once:
            sys.stdout.write(screen + "\n")
            return 0
        if sys.stdout.isatty():
            sys.stdout.write(f"\x1b[H\x1b[J{screen}\n")
        else:  # a file or a pipe: only what changed
            sys.stdout.write("".join(f"{line}\n" for line in screen.splitlines() if line not in told))
            told = screen.splitlines()
        sys.stdout.flush()
        time.sleep(max(0.05, arguments.every))


def _source(source: str) -> Callable[[float], Sequence[TaskState]]:
    if source.startswith(("redis://", "rediss://", "unix://")):
        from eliot_progress.stores.redis import RedisStore  # noqa: PLC0415 - only this source needs redis

        return _from_store(RedisStore(source))
    path = Path(source)
    if not path.exists():
        raise FileNotFoundError(
            f"There is no log at {path}. Give the file that install(log_path=...) writes."
        )
    return _from_file(path)


def _from_store(store: Store) -> Callable[[float], Sequence[TaskState]]:
    return lambda now: store.active()  # noqa: ARG005 - a store has no ended work to let linger


def _from_file(path: Path) -> Callable[[float], Sequence[TaskState]]:
    tail, reducer = Tail(path), Reducer()

    def look(now: float) -> list[TaskState]:
        for message in tail.new():
            reducer.add(message)
        return [s for s in reducer.states.values() if s.outcome is None or now - s.beat_at < _LINGER_S]

    return look


def bars(states: Sequence[TaskState], now: float) -> list[str]:
    """A line for each, in the order of their starts; what is inside another one stands indented below it."""
    known = {ids.split_action_id(state.id): state for state in states}

    def above(uuid: str, level: ids.Level) -> list[TaskState]:
        places = ((uuid, level[:depth]) for depth in range(len(level)))
        return [known[place] for place in places if place in known]

    def order(place: tuple[str, ids.Level]) -> tuple[float, str, ids.Level]:
        return [*above(*place), known[place]][0].started_at, *place

    return [bar(known[place], now, "  " * len(above(*place))) for place in sorted(known, key=order)]


def bar(state: TaskState, now: float, indent: str = "") -> str:
    """One line: how far, how fast, how long still, and whether it is alive."""
    label = indent + clean.text(state.description, 30)
    counted = f"{state.done:g}/{state.total:g}" if state.total else f"{state.done:g}"
    told = [f"{label:<30}", _drawn(state), f"{counted} {state.unit}".strip()]
    if state.rate and state.outcome is None:
        told.append(f"{state.rate:.3g}/s")
    if state.eta_s and state.outcome is None:
        told.append(f"{state.eta_s[0]:.0f} to {state.eta_s[1]:.0f} s left")
    told += [clean.text(word, 40) for word in (state.step, state.note) if word]
    told.append(state.outcome or stall.judge(state, now).value)
    return "  ".join([*told, state.reason]).rstrip()


def _drawn(state: TaskState) -> str:
    filled = round(_WIDTH * min(1.0, max(0.0, state.done / state.total))) if state.total else 0
    return "█" * filled + "░" * (_WIDTH - filled)
