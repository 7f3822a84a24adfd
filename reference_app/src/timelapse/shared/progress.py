"""Progress of tasks: the store of their latest states, and the live events that carry them."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings

from eliot_progress.state import from_dict, newer, to_dict, to_local_clock
from eliot_progress.stores.redis import RedisStore
from timelapse.shared import live

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from django.db.models import Model

    from eliot_progress import TaskState

#: The group that receives the state of every task.
GROUP = "progress"


@cache
def store() -> RedisStore:
    """Return the store that all processes share."""
    return RedisStore(settings.PROGRESS_REDIS_URL)


def about(instance: Model) -> str:
    """Return the name of the object that a task is about, such as ``rendering.Movie:7``."""
    return f"{instance._meta.label}:{instance.pk}"


def event_of(state: TaskState) -> dict[str, object]:
    """Return the part of an event that carries a state."""
    return {"progress": to_dict(state)}


def state_in(event: live.Event) -> TaskState | None:
    """Return the state that an event carries, by this host's clock; None if it carries none."""
    values = event.get("progress")
    if not isinstance(values, dict):
        return None
    return to_local_clock(from_dict(cast("Mapping[str, object]", values)), time.time())


class _LatestStates:
    """An inbox of the newest state of each task, so that it never grows by waiting."""

    def __init__(self, of: str | None) -> None:
        self._of = of
        self._states: dict[str, TaskState] = {}
        self._received = asyncio.Event()

    def put(self, event: live.Event) -> None:
        state = state_in(event)
        if state is not None and self._of in (None, state.id, state.about):
            self._states[state.id] = newer(self._states.get(state.id, state), state)
            self._received.set()

    def resync(self) -> None:
        # Without a state, `changed` makes its caller read the store.
        self._states.clear()
        self._received.set()

    async def changed(self, timeout_s: float) -> Sequence[TaskState]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._received.wait(), timeout_s)
        self._received.clear()
        states, self._states = self._states, {}
        return tuple(states.values())


@asynccontextmanager
async def changes(of: str | None) -> AsyncIterator[Callable[[float], Awaitable[Sequence[TaskState]]]]:
    """Yield ``changed(timeout_s)``: the new states of a task, an object or (None) all.

    For ``ProgressResolvers(changes=...)``.
    """
    inbox, hub = _LatestStates(of), live.hub()
    await hub.join(inbox, (GROUP,))
    try:
        yield inbox.changed
    finally:
        await asyncio.shield(hub.leave(inbox, (GROUP,)))
