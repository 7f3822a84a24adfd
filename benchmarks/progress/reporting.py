"""The cost of a report for its sender, with the store up and down."""

from __future__ import annotations

import contextlib
import io
import statistics
import time
from typing import TYPE_CHECKING

import eliot
import redis

from eliot_progress import install, progress
from eliot_progress.stores.redis import RedisStore
from progress import Case, against_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eliot_progress.progress import Progress

REPORTS = 5_000
NOBODY = "redis://127.0.0.1:1/0"
#: Passes of 5 ms each in a loop that is long enough for the connection's cost to be negligible.
PASSES = 1_000


def cases(url: str) -> Iterator[Case]:
    # This case is first, because outboxes whose store is down keep retrying until the process ends.
    yield against_limit(
        2.0,
        name="taken from a loop that reports every 5 ms (processor time of our threads)",
        unit="%",
        ours=lambda: slower_by(url),
    )
    yield Case(
        name="reporting to a store, against a Redis round trip per update",
        unit="us",
        ours=lambda: reported(url, mean),
        peer=lambda: reported_by_round_trip(url),
        goal=0.02,
    )
    yield Case(
        name="reporting to a store that is down, against one that is up",
        unit="us",
        ours=lambda: reported(NOBODY, mean),
        peer=lambda: reported(url, mean),
        goal=1.5,
    )
    for name, at in (("up", url), ("down", NOBODY)):
        yield against_limit(
            20.0,
            name=f"reporting to a store that is {name}, the slowest in a hundred",
            unit="us",
            ours=lambda at=at: reported(at, slowest_in_a_hundred),
        )


def reported(url: str, measure: Callable[[Progress], float]) -> float:
    """Return the figure that `measure` returns, with reports sent to the store at `url`."""
    installed = install(store=RedisStore(url))
    with (
        contextlib.redirect_stderr(io.StringIO()),
        progress("reported", about="a.B:1", total=REPORTS) as work,
    ):
        took = measure(work)
    if url != NOBODY:
        installed.remove()
    elif installed.outbox is not None:
        eliot.remove_destination(installed.outbox)
    return took


def mean(work: Progress) -> float:
    begun = time.perf_counter()
    for n in range(REPORTS):
        work.advance()
        work.note(n)
    return (time.perf_counter() - begun) / REPORTS * 1e6


def slowest_in_a_hundred(work: Progress) -> float:
    took = []
    for n in range(REPORTS):
        begun = time.perf_counter_ns()
        work.advance()
        work.note(n)
        took.append(time.perf_counter_ns() - begun)
    return statistics.quantiles(took, n=100)[-1] / 1e3


def reported_by_round_trip(url: str) -> float:
    client = redis.Redis.from_url(url)
    begun = time.perf_counter()
    for n in range(1_000):
        pipe = client.pipeline(transaction=False)
        pipe.hset("peer", mapping={"done": n, "total": REPORTS, "note": str(n)})
        pipe.expire("peer", 60)
        pipe.publish("peer", str(n))
        pipe.execute()
    took = time.perf_counter() - begun
    client.close()
    return took / 1_000 * 1e6


def slower_by(url: str) -> float:
    """Return the processor time of the library's threads in per cent of the loop's own.

    This assumes one core, where all of it slows the loop down. Comparing two loops would be less accurate on
    a busy machine.
    """
    size = items_of_5_ms()

    def loop(work: Progress) -> float:
        begun, own = time.process_time(), time.thread_time()
        for _ in range(PASSES):
            spin(size)
            work.advance()
        own = time.thread_time() - own
        return (time.process_time() - begun - own) / own * 100

    return reported(url, loop)


def items_of_5_ms() -> int:
    begun = time.process_time()
    spin(1_000_000)
    return int(1_000_000 * 0.005 / (time.process_time() - begun))


def spin(count: int) -> None:
    for _ in range(count):
        pass
