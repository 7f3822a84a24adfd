"""The running tasks on one viewer's page, and what changed there since the last message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async

from eliot_progress import stall

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eliot_progress.adapters.running_tasks import RunningTasks
    from eliot_progress.stall import Liveness
    from eliot_progress.state import TaskState


@dataclass(frozen=True, slots=True)
class PageChanges:
    """What the viewer has not been sent yet."""

    #: Tasks that are new on the page or have changed, the most recently started first.
    tasks: tuple[TaskState, ...]
    #: Ids of tasks that are no longer on the page.
    gone: tuple[str, ...]
    #: The number of tasks that the viewer may see beyond the page.
    more: int
    #: Whether there is any change.
    any: bool


class TaskPage:
    """The `limit` most recently started running tasks that the viewer may see.

    `can_view` runs in a thread and may query a database: once for each task, and again after
    `permission_ttl_s` seconds.
    """

    def __init__(
        self,
        running: RunningTasks,
        can_view: Callable[[TaskState], bool],
        limit: int,
        permission_ttl_s: float,
    ) -> None:
        self._running = running
        self._can_view = can_view
        self._limit = limit
        self._permission_ttl_s = permission_ttl_s
        self._permissions: dict[str, bool] = {}
        self._checked_at = float("-inf")
        self._version = -1
        self._on_page: tuple[str, ...] = ()
        self._more = self._more_sent = 0
        self._sent: dict[str, tuple[TaskState, Liveness]] = {}

    async def changes(self, now: float) -> PageChanges:
        """Return what has changed since the last call, at first everything. `now` is seconds since 1970."""
        if now - self._checked_at >= self._permission_ttl_s:
            self._permissions, self._checked_at, self._version = {}, now, -1
        if self._version != self._running.version:
            self._version = self._running.version
            await self._select(self._running.newest())
        states = [state for each in self._on_page if (state := self._running.get(each)) is not None]
        page = {state.id: (state, stall.judge(state, now)) for state in states}
        tasks = tuple(entry[0] for task, entry in page.items() if entry != self._sent.get(task))
        gone = tuple(task for task in self._sent if task not in page)
        changed = bool(tasks or gone or self._more != self._more_sent)
        self._sent, self._more_sent = page, self._more
        return PageChanges(tasks, gone, self._more, changed)

    async def _select(self, newest: Sequence[TaskState]) -> None:
        if unknown := [state for state in newest if state.id not in self._permissions]:
            self._permissions |= await sync_to_async(self._check)(unknown)
        self._permissions = {state.id: self._permissions[state.id] for state in newest}
        visible = [task for task, allowed in self._permissions.items() if allowed]
        self._on_page = tuple(visible[: self._limit])
        self._more = len(visible) - len(self._on_page)

    def _check(self, states: Sequence[TaskState]) -> dict[str, bool]:
        return {state.id: self._can_view(state) for state in states}
