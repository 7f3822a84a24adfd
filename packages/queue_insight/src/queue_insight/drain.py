"""Estimates when a queue will be empty: a range, and the reason where there is none. Pure.

The run times of each task name are drawn anew in every round, with their mean, so that the range also covers
what few samples leave open. The sum of many tasks stands for their simulation one by one.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from queue_insight.reasons import count

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

#: The range is what four fifths of these rounds gave.
ROUNDS: Final = 60
QUANTILES: Final = (0.1, 0.5, 0.9)
#: A name with fewer samples counts as unknown. If more tasks than this share are, there is no estimate.
MIN_SAMPLES: Final = 5
MAX_UNKNOWN_SHARE: Final = 0.2
#: So many tasks are simulated one by one.
SIMULATED: Final = 60
#: A round draws this share of the samples, so that means vary more than by chance alone: calibrated so that
#: the range holds the truth in 75 to 90 of 100 simulated queues.
DRAWN_SHARE: Final = 0.6
_UNITS: Final = ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min"))


class DrainState(StrEnum):
    """What is known about the end of a queue."""

    EMPTY = "empty"
    DRAINS = "drains"
    #: At least as much work arrives as workers can do.
    DOES_NOT_DRAIN = "does_not_drain"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """When the last task that waits will start, in seconds from now.

    The range is None unless the queue drains. `high_s` is None when it is open: with a little more work than
    expected the queue would not drain.
    """

    state: DrainState
    low_s: float | None = None
    median_s: float | None = None
    high_s: float | None = None
    #: Tasks a second that arrive, and that the workers can do; None when not known.
    in_per_s: float | None = None
    out_per_s: float | None = None
    #: Why it is not known.
    why: str = ""


NOT_ESTIMATED: Final = Drain(state=DrainState.NOT_KNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a queue has before it, and who works at it."""

    #: Tasks that wait, in the broker and at workers.
    depth: int
    #: By name, those of them whose name was read.
    names: Mapping[str, int]
    #: By name, the seconds that successful tasks took lately.
    run_times: Mapping[str, Sequence[float]]
    #: Tasks that the workers run at a time for this queue; a worker's slots are shared by its queues.
    slots: float
    #: Name and age in seconds of what runs; None when the age is not known.
    running: Sequence[tuple[str, float | None]] = ()
    #: By name, how many tasks arrive a second; None when not known.
    arrivals: Mapping[str, float] | None = None
    #: The seconds in which arrivals were counted.
    window_s: float = 120.0


@dataclass(frozen=True, slots=True)
class _Moments:
    """Mean and mean square of one name's run times, in one round."""

    sample: Sequence[float]
    mean: float = field(init=False)
    square: float = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.sample)
        object.__setattr__(self, "mean", math.fsum(self.sample) / count)
        object.__setattr__(self, "square", math.fsum(t * t for t in self.sample) / count)


def estimate_drain(load: Load, rng: random.Random) -> Drain:
    """Return when the queue will be empty, as far as its load tells."""
    if load.depth == 0:
        return Drain(state=DrainState.EMPTY, low_s=0.0, median_s=0.0, high_s=0.0)
    if load.slots <= 0:
        return _not_known("no worker is known to consume it")
    if not load.names:
        return _not_known("the names of the waiting tasks are not known")
    known = {name: times for name, times in load.run_times.items() if len(times) >= MIN_SAMPLES}
    read = sum(load.names.values())
    unknown = {name: count for name, count in load.names.items() if name not in known}
    if sum(unknown.values()) > MAX_UNKNOWN_SHARE * read or unknown.keys() == load.names.keys():
        name = max(unknown, key=lambda name: unknown[name])
        succeeded = count(len(load.run_times.get(name, ())), "task")
        return _not_known(f"{succeeded} {name} succeeded lately, {MIN_SAMPLES} are needed")
    others = [t for name in load.names if name in known for t in known[name]]
    times = {name: known.get(name, others) for name in {*load.names, *(load.arrivals or {})}}
    rounds = sorted(_round(load, times, read, rng) for _ in range(ROUNDS))
    low, median, high = (rounds[int(ROUNDS * quantile)] for quantile in QUANTILES)
    mean = sum(load.names[n] * math.fsum(times[n]) / len(times[n]) for n in load.names) / read
    in_per_s = None if load.arrivals is None else math.fsum(load.arrivals.values())
    out_per_s = load.slots / mean if mean else None
    if math.isinf(median):
        return Drain(state=DrainState.DOES_NOT_DRAIN, in_per_s=in_per_s, out_per_s=out_per_s)
    return Drain(
        state=DrainState.DRAINS,
        low_s=low,
        median_s=median,
        high_s=None if math.isinf(high) else high,
        in_per_s=in_per_s,
        out_per_s=out_per_s,
    )


def in_words(drain: Drain) -> str:
    """Return the estimate as people say it: "6 to 9 min", "doesn't drain: 12 in, 9 out a minute", "?"."""
    if drain.state is DrainState.EMPTY:
        return "empty"
    if drain.state is DrainState.DOES_NOT_DRAIN:
        rates = f"{_rate(drain.in_per_s)} in, {_rate(drain.out_per_s)} out a minute"
        return f"doesn't drain: {rates}"
    if drain.low_s is None:
        return "?"
    longest = drain.low_s if drain.high_s is None else drain.high_s
    size, unit = next(((size, unit) for size, unit in _UNITS if longest >= 1.5 * size), (1.0, "s"))
    low = f"{drain.low_s / size:.0f}"
    if drain.high_s is None:
        return f"more than {low} {unit}"
    high = f"{drain.high_s / size:.0f}"
    if longest < 1:
        return "less than 1 s"
    return f"{high} {unit}" if low == high else f"{low} to {high} {unit}"


def _rate(per_s: float | None) -> str:
    return "?" if per_s is None else f"{per_s * 60:.3g}"


def _not_known(why: str) -> Drain:
    return Drain(state=DrainState.NOT_KNOWN, why=why)


def _round(load: Load, times: Mapping[str, Sequence[float]], read: int, rng: random.Random) -> float:
    drawn = {
        name: _Moments(rng.choices(sample, k=max(2, round(len(sample) * DRAWN_SHARE))))
        for name, sample in times.items()
    }
    # What was read of a long queue is a sample of its names, too.
    weights = (
        dict(load.names)
        if read >= load.depth
        else {name: rng.gammavariate(count, 1) for name, count in load.names.items()}
    )
    total = sum(weights.values())
    counts = {name: load.depth * weight / total for name, weight in weights.items()}
    rests = [_rest(drawn, name, age_s, rng) for name, age_s in load.running]
    if load.depth <= SIMULATED and not load.arrivals:
        return _simulate(counts, drawn, rests, load, rng)
    return _sum_up(counts, drawn, rests, load, rng)


def _rest(drawn: Mapping[str, _Moments], name: str, age_s: float | None, rng: random.Random) -> float:
    """Return for how long a running task goes on."""
    sample = drawn[name].sample if name in drawn else [t for each in drawn.values() for t in each.sample]
    if age_s is None:
        # Long tasks are the likelier to be found running.
        (found,) = rng.choices(sample, weights=[t + 1e-9 for t in sample])
        return rng.random() * found
    longer = [t for t in sample if t > age_s]
    # One that has taken longer than all others may be anywhere.
    return rng.choice(longer) - age_s if longer else age_s * rng.expovariate(1)


def _simulate(
    counts: Mapping[str, float],
    drawn: Mapping[str, _Moments],
    rests: Sequence[float],
    load: Load,
    rng: random.Random,
) -> float:
    names = list(counts)
    if sum(load.names.values()) == load.depth:
        tasks = [name for name, count in load.names.items() for _ in range(count)]
        rng.shuffle(tasks)
    else:
        tasks = rng.choices(names, weights=list(counts.values()), k=load.depth)
    slots = max(1, round(load.slots))
    free = sorted([*rests, *[0.0] * (slots - len(rests))])[:slots]
    start = 0.0
    for name in tasks:
        start = heapq.heappop(free)
        heapq.heappush(free, start + rng.choice(drawn[name].sample))
    return start


def _sum_up(
    counts: Mapping[str, float],
    drawn: Mapping[str, _Moments],
    rests: Sequence[float],
    load: Load,
    rng: random.Random,
) -> float:
    mean = sum(count * drawn[name].mean for name, count in counts.items())
    squares = sum(count * drawn[name].square for name, count in counts.items())
    variance = sum(count * (drawn[n].square - drawn[n].mean ** 2) for n, count in counts.items())
    if mean == 0:
        return 0.0
    # When the last task starts, the other slots are still busy; it is work for after that moment.
    unfinished = max(load.slots - 1, 0) * squares / (2 * mean) + mean / load.depth
    per_s = {
        name: rng.gammavariate(rate * load.window_s + 1, 1) / load.window_s
        for name, rate in (load.arrivals or {}).items()
        if rate > 0
    }
    spare = load.slots - sum(rate * drawn[name].mean for name, rate in per_s.items())
    if spare <= 0:
        return math.inf
    expected = max(mean + sum(rests) - unfinished, 0.0) / spare
    variance += sum(rate * expected * drawn[name].square for name, rate in per_s.items())
    return max(expected + rng.gauss(0, math.sqrt(max(variance, 0.0))) / spare, 0.0)
