"""Asks the workers what they have and consume, through Celery's remote control.

Events name neither a worker's queues nor its slots; inspection does. A worker of the solo pool cannot reply
while it runs a task, so a missing reply proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from celery.backends.base import DisabledBackend
from celery.states import READY_STATES

from queue_insight.collector_state import Task
from queue_insight.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from celery import Celery

    from queue_insight.calibration import Forecast

#: Maximum number of revoked tasks in an inspection, and of rate limits of a worker.
MAX_REVOKED: Final = 1000
MAX_RATE_LIMITS: Final = 100
#: How a worker names a task that has a rate limit.
RATE_LIMIT: Final = re.compile(r"(?P<name>[^\0\s]{1,255}) \[rate_limit=(?P<rate>[0-9.]{1,20}(/[smh])?)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReply:
    """What one worker replied."""

    queues: tuple[str, ...]
    running: tuple[Task, ...] = ()
    #: Tasks that it has received and not started.
    reserved: tuple[Task, ...] = ()
    #: None where it did not say in time.
    slots: int | None = None
    #: By the name of a task, how often the worker may start it, as "10/m".
    rate_limits: Mapping[str, str] = field(default_factory=dict)
    #: Whether its pool is the solo pool; None where it did not say in time.
    is_solo: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The replies of one round, by worker name."""

    requested_at: float
    replies: Mapping[str, WorkerReply] = field(default_factory=dict)
    #: Names of queues that were found in the broker.
    queues: tuple[str, ...] = ()
    #: Celery's state of tasks whose end nobody observed, by task id, from the result backend.
    results: Mapping[str, str] = field(default_factory=dict)
    #: When queues will be empty, as readers of this moment are told.
    forecasts: tuple[Forecast, ...] = ()
    #: Ids of the tasks that were revoked last, as far as workers remember.
    revoked: tuple[str, ...] = ()
    #: Number of replies and of tasks in them that could not be understood.
    malformed: int = 0


def inspect_workers(
    app: Celery, *, workers: int, clock: Callable[[], float], timeout_s: float = 1.0
) -> Inspection:
    """Inspect all workers.

    Each of the seven requests waits until `workers` have replied or `timeout_s` has passed.
    Raises what the broker's client raises when the broker is unreachable.
    """
    requested_at = clock()
    inspect = app.control.inspect(timeout=timeout_s, limit=workers or None)
    queues = _mapping(inspect.active_queues())
    if not queues:
        return Inspection(requested_at=requested_at)
    # In the order in which a task passes through them, so that none is missed on its way.
    scheduled = _mapping(inspect.scheduled())
    reserved = _mapping(inspect.reserved())
    active = _mapping(inspect.active())
    stats = _mapping(inspect.stats())
    rates = _mapping(inspect.registered("rate_limit"))
    revoked = _mapping(inspect.revoked())
    replies: dict[str, WorkerReply] = {}
    malformed = 0
    # Leave out a worker that did not report all of its tasks, or which of them it keeps to itself: the others
    # would count as finished.
    for name in queues.keys() & scheduled.keys() & reserved.keys() & active.keys() & rates.keys():
        reply, odd = _worker_reply(
            queues[name], (*_requests(scheduled[name]), *_list(reserved[name])), active[name], stats.get(name)
        )
        replies[name] = replace(reply, rate_limits=rate_limits_of(rates[name]))
        malformed += odd
    return Inspection(
        requested_at=requested_at, replies=replies, malformed=malformed, revoked=_revoked(revoked.values())
    )


def _revoked(replies: Iterable[object]) -> tuple[str, ...]:
    # Each worker lists its own in the order in which it was told; they differ little.
    newest = (each for reply in replies for each in _list(reply)[-MAX_REVOKED:])
    ids = (Fields({"id": each}).name("id") for each in newest)
    return tuple(dict.fromkeys(filter(None, ids)))[-MAX_REVOKED:]


def rate_limits_of(registered: object) -> Mapping[str, str]:
    """Return the rate limits among the names of tasks that a worker knows, with a bound for their number."""
    found = (RATE_LIMIT.fullmatch(each) for each in _list(registered) if isinstance(each, str))
    limits = ((match["name"], match["rate"]) for match in found if match)
    return dict(islice(limits, MAX_RATE_LIMITS))


def read_results(app: Celery, task_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the final states that the result backend has of these tasks; empty without a backend.

    Raises what the backend raises when it is unreachable.
    """
    if isinstance(app.backend, DisabledBackend):
        return {}
    states = {task_id: app.backend.get_state(task_id) for task_id in task_ids}
    return {task_id: state for task_id, state in states.items() if state in READY_STATES}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _requests(scheduled: object) -> Iterator[object]:
    # A scheduled task stands in an envelope with its ETA.
    for each in _list(scheduled):
        match each:
            case {"request": dict() as request, **rest}:
                yield {**request, "eta": rest.get("eta")}
            case _:
                yield each


def _worker_reply(
    queues: object, reserved: tuple[object, ...], active: object, stats: object
) -> tuple[WorkerReply, int]:
    malformed = 0
    names: list[str] = []
    by_key: dict[str, str] = {}
    for each in _list(queues):
        fields = Fields(each)
        if name := fields.name("name"):
            names.append(name)
            by_key[fields.name("routing_key") or name] = name
        malformed += fields.malformed or not name
    waiting = [_task(each, by_key) for each in reserved]
    running = [_task(each, by_key) for each in _list(active)]
    return WorkerReply(
        queues=tuple(names),
        slots=slots_of(stats),
        is_solo=is_solo(stats),
        reserved=tuple(task for task in waiting if task),
        running=tuple(task for task in running if task),
    ), malformed + waiting.count(None) + running.count(None)


def slots_of(stats: object) -> int | None:
    """Return how many tasks a worker can run at a time, from its `stats`; None when they don't say."""
    # A pool that grew or shrank still reports its first size as max-concurrency, but its processes of now.
    pool = _mapping(_mapping(stats).get("pool"))
    return len(_list(pool.get("processes"))) or Fields(pool).count("max-concurrency")


def is_solo(stats: object) -> bool | None:
    """Return whether a worker runs tasks in its own process, from its `stats`; None when they don't say."""
    implementation = _mapping(_mapping(stats).get("pool")).get("implementation")
    return implementation.endswith("solo:TaskPool") if isinstance(implementation, str) else None


def _task(document: object, by_key: Mapping[str, str]) -> Task | None:
    fields = Fields(document)
    key = Fields(_mapping(document).get("delivery_info")).name("routing_key")
    task_id = fields.name("id")
    if not task_id:
        return None
    return Task(
        id=task_id,
        name=fields.name("name"),
        queue=by_key.get(key, key),
        args_summary=_summary(document),
        started_at=fields.time("time_start"),
        eta=fields.date("eta"),
    )


def _summary(document: object) -> str:
    # Workers report the arguments as values, events as text.
    given = _mapping(document)
    shown = {key: str(given.get(key) or "") for key in ("args", "kwargs")}
    return Fields(shown).summary("args", "kwargs")
