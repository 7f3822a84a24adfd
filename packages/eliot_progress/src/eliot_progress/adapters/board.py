"""Strawberry: fields to query and follow tasks, seen only by whom the project allows.

``progress = strawberry.field(resolver=board.progress)`` in a Query is all that a project writes.
"""

# ruff: noqa: TC002, TC003 - Strawberry reads annotations at run time
from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from itertools import islice
from typing import TYPE_CHECKING, Protocol

import strawberry
from asgiref.sync import sync_to_async
from strawberry.types import Info

from eliot_progress.adapters.graphql import Liveness, Progress, from_state

if TYPE_CHECKING:
    from eliot_progress.state import TaskState
    from eliot_progress.stores.base import Store

#: An overview looks at this many running tasks and shows at most _MOST_SHOWN of those that match.
_MOST_SEEN = 10_000
_MOST_SHOWN = 1_000
_LONGEST_ID = 500


@strawberry.type(description="A snapshot first (seq 1), then one with the next seq at each change.")
class ProgressUpdate:
    """One message of the subscription."""

    seq: int
    progress: Progress


class User(Protocol):
    """Who asks; Django's users, the anonymous one too, are such."""

    @property
    def is_staff(self) -> bool:
        """May enter the admin."""

    @property
    def is_active(self) -> bool:
        """May sign in."""

    def get_username(self) -> str:
        """The name that tasks carry as `by`; empty for nobody."""


def staff_only(user: User | None, state: TaskState) -> bool:  # noqa: ARG001 - the shape of every such hook
    """The default: active staff sees every task, all others none."""
    return user is not None and user.is_active and user.is_staff


def user_of(info: Info) -> User | None:
    """Who asks, over Django's HTTP views and over Channels; None when nothing tells."""
    context = info.context
    request = context.get("request") if isinstance(context, dict) else getattr(context, "request", None)
    carrier = getattr(request, "consumer", request)
    scope = getattr(carrier, "scope", None) or {}
    user: User | None = getattr(request, "user", None) or scope.get("user")
    return user


class Board:
    """Resolvers over a store. A task that `may_see(user, state)` refuses is as if it did not exist.

    `every_s` is how often (in seconds) a subscription asks the store; `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        store: Store,
        *,
        may_see: Callable[[User | None, TaskState], bool] = staff_only,
        every_s: float = 0.25,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._may_see = may_see
        self._every_s = every_s
        self._clock = clock

    async def progress(self, info: Info, of: strawberry.ID) -> Progress | None:
        """The task with this id, or the last one about this object; null when there is none to see."""
        return await sync_to_async(self._find)(info, of)

    async def in_progress(
        self, info: Info, mine: bool = False, liveness: list[Liveness] | None = None, limit: int = 100
    ) -> list[Progress]:
        """What is going on, the last started first: all that may be seen, or mine, or what is stalled."""
        return await sync_to_async(self._overview)(info, mine, liveness, limit)

    async def updates(self, info: Info, of: strawberry.ID) -> AsyncGenerator[ProgressUpdate, None]:
        """Follow a task: a snapshot, then each change, until it ends or is no longer to be seen."""
        seq, shown = 0, None
        while (found := await sync_to_async(self._find)(info, of)) is not None:
            if found != shown:
                seq, shown = seq + 1, found
                yield ProgressUpdate(seq=seq, progress=found)
            if found.outcome is not None:
                return
            await asyncio.sleep(self._every_s)

    def _find(self, info: Info, of: str) -> Progress | None:
        if not of.isprintable() or len(of) > _LONGEST_ID:
            return None  # a store need not take control characters, lone surrogates or megabytes
        state = self._store.get(of) or self._store.latest(of)
        if state is None or not self._may_see(user_of(info), state):
            return None
        return from_state(state, self._clock())

    def _overview(
        self, info: Info, mine: bool, liveness: list[Liveness] | None, limit: int
    ) -> list[Progress]:
        user, now = user_of(info), self._clock()
        name = user.get_username() if user is not None else ""
        seen = (
            from_state(state, now)
            for state in self._store.active(_MOST_SEEN)
            if (not mine or (name and state.by == name)) and self._may_see(user, state)
        )
        wanted = (each for each in seen if liveness is None or each.liveness in liveness)
        return list(islice(wanted, min(max(limit, 0), _MOST_SHOWN)))
