"""Estimates when a queue will be empty: a range, and the reason where there is none. Pure.

The run times of each task name are drawn anew in every round, with their mean, so that the range also covers
what few samples leave open. The sum of many tasks stands for their simulation one by one.
"""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, chain
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
#: The same where tasks are simulated one by one: the few that run and wait decide, and how long they take.
DRAWN_SHARE_SIMULATED: Final = 0.45
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
    #: By how much past estimates of this queue widened the range; None while too few were compared.
    factor: float | None = None
    #: How many past estimates were compared with what came true, at most 100.
    compared: int = 0


NOT_ESTIMATED: Final = Drain(state=DrainState.NOT_KNOWN)


class Estimate:
    """A drain estimate that is made once, when it is first asked for, since it costs milliseconds."""

    __slots__ = ("_calibrate", "_drain", "_load", "_seed")

    def __init__(
        self, load: Callable[[], Load], seed: str, calibrate: Callable[[Drain], Drain] | None = None
    ) -> None:
        """Remember how to find the load; the same seed and load give the same estimate.

        `calibrate` returns the estimate with the range that past estimates teach.
        """
        self._load = load
        self._seed = seed
        self._calibrate = calibrate
        self._drain: Drain | None = None

    @property
    def drain(self) -> Drain:
        """The estimate."""
        if self._drain is None:
            drain = estimate_drain(self._load(), random.Random(self._seed))  # noqa: S311 - no secret
            self._drain = drain if self._calibrate is None else self._calibrate(drain)
        return self._drain


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


class _Sample:
    """Run times that were drawn, in seconds, and what follows from them."""

    def __init__(self, times: Sequence[float]) -> None:
        self.times = times

    @cached_property
    def mean(self) -> float:
        return math.fsum(self.times) / len(self.times)

    @cached_property
    def square(self) -> float:
        """The mean square."""
        return math.fsum(map(mul, self.times, self.times)) / len(self.times)

    @cached_property
    def by_length(self) -> list[float]:
        """Cumulative weights: long tasks are the likelier to be found running."""
        return list(accumulate(t + 1e-9 for t in self.times))

    def rests(self, number: int, rng: random.Random, *, together: bool) -> list[float]:
        """Return for how long running tasks of unknown age go on; of many the sum, if `together`."""
        if together and number > SIMULATED:
            mean, variance = self.rest
            return [max(0.0, rng.gauss(number * mean, math.sqrt(number * variance)))]
        found = rng.choices(self.times, cum_weights=self.by_length, k=number)
        return [rng.random() * took for took in found]

    @cached_property
    def rest(self) -> tuple[float, float]:
        """Mean and variance of how long a running task of unknown age goes on."""
        weights = [t + 1e-9 for t in self.times]
        total = math.fsum(weights)
        mean = math.fsum(map(mul, weights, self.times)) / total / 2
        square = math.fsum(w * t * t for w, t in zip(weights, self.times, strict=True)) / total / 3
        return mean, max(square - mean**2, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    """What one round assumes."""

    #: By name, the waiting tasks, and how long such tasks take.
    counts: Mapping[str, float]
    samples: Mapping[str, _Sample]
    #: For how long the running tasks go on, many of them together.
    rests: Sequence[float]


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
        ended = len(load.run_times.get(name, ()))
        return _not_known(f"{ended} of the {MIN_SAMPLES} run times of {name} that it needs are known")
    others = [t for name in load.names if name in known for t in known[name]]
    times = {name: known.get(name, others) for name in [*load.names, *(load.arrivals or {})]}
    rounds = sorted(_round(load, times, read, rng) for _ in range(ROUNDS))
    # Of 60 values in order, the 6th is the tenth part of the way, and not the 7th.
    low, median, high = (rounds[round((ROUNDS + 1) * quantile) - 1] for quantile in QUANTILES)
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
    is_simulated = load.depth <= SIMULATED and not load.arrivals
    share = DRAWN_SHARE_SIMULATED if is_simulated else DRAWN_SHARE
    samples = {
        name: _Sample(rng.choices(sample, k=max(2, round(len(sample) * share))))
        for name, sample in times.items()
    }
    # What was read of a long queue is a sample of its names, too.
    weights = (
        dict(load.names)
        if read >= load.depth
        else {name: rng.gammavariate(count, 1) for name, count in load.names.items()}
    )
    total = sum(weights.values())
    any_name = _Sample([t for sample in samples.values() for t in sample.times])
    unknown = Counter(name for name, age_s in load.running if age_s is None)
    draw = _Draw(
        counts={name: load.depth * weight / total for name, weight in weights.items()},
        samples=samples,
        rests=[
            *(_rest(samples.get(n, any_name), age_s, rng) for n, age_s in load.running if age_s is not None),
            *chain.from_iterable(
                samples.get(name, any_name).rests(number, rng, together=not is_simulated)
                for name, number in unknown.items()
            ),
        ],
    )
    return _simulate(draw, load, rng) if is_simulated else _sum_up(draw, load, rng)


def _rest(sample: _Sample, age_s: float, rng: random.Random) -> float:
    """Return for how long a task goes on that has run for so long."""
    longer = [t for t in sample.times if t > age_s]
    # One that has taken longer than all others may be anywhere.
    return rng.choice(longer) - age_s if longer else age_s * rng.expovariate(1)


def _simulate(draw: _Draw, load: Load, rng: random.Random) -> float:
    if sum(load.names.values()) == load.depth:
        tasks = [name for name, count in load.names.items() for _ in range(count)]
        rng.shuffle(tasks)
    else:
        tasks = rng.choices(list(draw.counts), weights=list(draw.counts.values()), k=load.depth)
    slots = max(1, round(load.slots))
    free = sorted([*draw.rests, *[0.0] * (slots - len(draw.rests))])[:slots]
    start = 0.0
    for name in tasks:
        start = heapq.heappop(free)
        heapq.heappush(free, start + rng.choice(draw.samples[name].times))
    return start


def _sum_up(draw: _Draw, load: Load, rng: random.Random) -> float:
    waiting = [(count, draw.samples[name]) for name, count in draw.counts.items()]
    mean = sum(count * sample.mean for count, sample in waiting)
    squares = sum(count * sample.square for count, sample in waiting)
    variance = sum(count * (sample.square - sample.mean**2) for count, sample in waiting)
    if mean == 0:
        return 0.0
    # When the last task starts, the other slots are still busy; it is work for after that moment.
    unfinished = max(load.slots - 1, 0) * squares / (2 * mean) + mean / load.depth
    arriving = [
        (rng.gammavariate(rate * load.window_s + 1, 1) / load.window_s, draw.samples[name])
        for name, rate in (load.arrivals or {}).items()
        if rate > 0
    ]
    spare = load.slots - sum(rate * sample.mean for rate, sample in arriving)
    if spare <= 0:
        return math.inf
    expected = max(mean + sum(draw.rests) - unfinished, 0.0) / spare
    variance += sum(rate * expected * sample.square for rate, sample in arriving)
    return max(expected + rng.gauss(0, math.sqrt(max(variance, 0.0))) / spare, 0.0)
