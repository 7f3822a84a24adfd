"""Reads when queues will be empty, as readers of this moment are told, to compare it with what comes true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from msgspec import structs

from queue_insight.calibration import Forecast
from queue_insight.compose import compose
from queue_insight.drain import NOT_ESTIMATED
from queue_insight.stored_state import load, load_tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from queue_insight.brokers.base import Broker
    from queue_insight.conf import Settings
    from queue_insight.stores.base import Store

#: Number of queues that are estimated at once, those with most waiting tasks; an estimate costs milliseconds.
MAX_QUEUES: Final = 20
#: Number of waiting tasks to read of each queue.
SAMPLE: Final = 20


def forecasts(
    broker: Broker, store: Store, settings: Settings, clock: Callable[[], float]
) -> tuple[Forecast, ...]:
    """Return how long queues are, and of the longest an estimate, without what past estimates taught.

    Raises:
        BrokerUnreachableError: the broker did not respond.
        StoreUnreachableError: the store did not respond.
        CollectorStateUnreadableError: another version wrote the state.
    """
    stored = load(store)
    if stored is None:
        return ()
    tasks = load_tasks(store, stored.state.longest)
    state = structs.replace(stored.state, tasks=tasks, scores={})
    at = clock()
    found = broker.read(sorted(state.queues), peek=SAMPLE, delivered=0)
    now = compose(
        now=at,
        broker=found,
        stored=replace(stored, state=state),
        grace_heartbeats=settings.GRACE_HEARTBEATS,
        retention_s=settings.RETENTION_S,
        asked_tasks=frozenset(stored.state.longest),
    )
    queues = sorted(now.queues, key=lambda queue: -(queue.depth or 0))
    return tuple(
        Forecast(
            queue=queue.name,
            at=at,
            depth=queue.depth,
            drain=queue.drain if place < MAX_QUEUES else NOT_ESTIMATED,
        )
        for place, queue in enumerate(queues)
        if queue.depth is not None
    )
