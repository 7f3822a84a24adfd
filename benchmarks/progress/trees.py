"""Ids and trees: how fast a tree is built, and that no id is assigned twice."""

from __future__ import annotations

import random
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import eliot
from eliot.parse import Parser

from eliot_progress import context, extract, inject
from eliot_progress.tree import Forest
from progress import Case, against_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Messages = list[dict[str, object]]
THREADS = 16
RETRIES = 3
#: Messages logged by one attempt.
LOGGED = 10


def cases(tree: int, ids: int) -> Iterator[Case]:
    """`tree` messages are shuffled into a tree, `ids` ids are compared."""
    messages = story()
    yield Case(
        name="a message into the tree, against eliot.parse",
        unit="us",
        ours=lambda: per_message(messages, Forest),
        peer=lambda: per_message(messages, parse_with_eliot),
        goal=0.05,
    )
    yield against_limit(
        10.0,
        name=f"1 million messages into the tree (scaled from {tree:,}: shuffled, doubled, some lost)",
        unit="s",
        ours=partial(seconds_a_million, disorder(tree)),
    )
    yield Case(
        name="ids assigned twice by 8 threads in one action, against stock eliot",
        unit="of 10,000",
        ours=lambda: duplicates(context.start("threads")),
        peer=lambda: duplicates(eliot.start_task(action_type="threads")),
        goal=0.0,
    )
    yield Case(
        name=f"duplicates of {ids:,} ids by {THREADS} threads with redeliveries and retries, against one id",
        unit="ids",
        ours=lambda: duplicates_by_deliveries(ids),
        peer=lambda: 1.0,
        goal=0.0,
    )


def story() -> _Messages:
    """Return the messages of one task of 200 actions with 8 messages each."""
    messages: _Messages = []
    eliot.add_destinations(messages.append)
    with context.start("root"):
        for _ in range(200):
            with context.start("child"):
                for n in range(8):
                    eliot.log_message("app:event", n=n)
    eliot.remove_destination(messages.append)
    return messages


def disorder(count: int) -> _Messages:
    """Return `count` messages of many tasks in the order of files from many processes."""
    task = story()
    tasks = count // len(task) + 1
    messages = [message | {"task_uuid": f"task-{number}"} for number in range(tasks) for message in task]
    rng = random.Random(7)
    kept = [message for message in messages if rng.random() > 0.01]
    kept += rng.sample(kept, len(kept) // 50)
    rng.shuffle(kept)
    return kept[:count]


def seconds_a_million(messages: _Messages) -> float:
    return per_message(messages, Forest)


def per_message(messages: _Messages, take: Callable[[_Messages], object]) -> float:
    """Microseconds of processor time, which are seconds for a million."""
    begun = time.process_time()
    take(messages)
    return (time.process_time() - begun) / len(messages) * 1e6


def parse_with_eliot(messages: _Messages) -> None:
    parser = Parser()
    for message in messages:
        _, parser = parser.add(message)


def duplicates(action: eliot.Action) -> float:
    """Return how many of 10,000 ids are assigned a second time."""
    levels: list[tuple[int, ...]] = []

    def log() -> None:
        for _ in range(5_000):
            # What every message does.
            levels.append(tuple(action._nextTaskLevel().as_list()))  # noqa: SLF001, PERF401

    run_at_once([log] * 8)
    return (len(levels) - len(set(levels))) / len(levels) * 10_000


def duplicates_by_deliveries(ids: int) -> float:
    """Return how many ids occur twice when threads receive the same message and retry it."""
    seen: list[tuple[object, ...]] = []

    def note(message: dict[str, object]) -> None:
        level = message["task_level"]
        if isinstance(level, list):
            seen.append((message["task_uuid"], *level))

    headers: dict[str, str] = {}
    with context.start("sender") as sender:
        inject(headers)

        def deliver() -> None:
            for _ in range(max(1, ids // (THREADS * RETRIES * (LOGGED + 2)))):
                attempt_all(headers, sender)

        eliot.add_destinations(note)
        run_at_once([deliver] * THREADS)
        eliot.remove_destination(note)
    return float(len(seen) - len(set(seen)))


def attempt_all(headers: dict[str, str], shared: context.Action) -> None:
    """Process one delivery: each retry continues the same message and logs in the sender's action."""
    origin = extract(headers)
    if origin is None:
        raise RuntimeError("The headers just written cannot be read.")
    for _ in range(RETRIES):
        with origin.start_child("receiver"):
            for n in range(LOGGED - 1):
                context.log_message("app:event", n=n)
            shared.log("app:event")


def run_at_once(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
