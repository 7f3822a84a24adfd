"""What one viewer is shown of what runs, and what of it is news to him."""

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
    """What a viewer has not been told yet."""

    #: Tasks that are new on the page, or changed, the last started first.
    tasks: tuple[TaskState, ...]
    #: Ids of tasks that are no longer on the page.
    gone: tuple[str, ...]
    #: Tasks that the viewer may see besides those on the page.
    more: int
    #: There is anything that he has not been told.
    any: bool


class TaskPage:
    """The `limit` tasks that were started last, of those that run and that `sees` allows.

    `sees` runs in a thread and may query a database: once for each task, and again after
    `permission_ttl_s` seconds.
    """

    def __init__(
        self, running: RunningTasks, sees: Callable[[TaskState], bool], limit: int, permission_ttl_s: float
    ) -> None:
        self._running = running
        self._sees = sees
        self._limit = limit
        self._ask_again_s = permission_ttl_s
        self._verdicts: dict[str, bool] = {}
        self._asked_at = float("-inf")
        self._version = -1
        self._on_page: tuple[str, ...] = ()
        self._more = self._more_shown = 0
        self._shown: dict[str, tuple[TaskState, Liveness]] = {}

    async def changes(self, now: float) -> PageChanges:
        """What has changed since the last time; everything at first. `now` is in seconds since 1970."""
        if now - self._asked_at >= self._ask_again_s:
            self._verdicts, self._asked_at, self._version = {}, now, -1
        if self._version != self._running.version:
            self._version = self._running.version
            await self._turn(self._running.newest())
        states = [state for each in self._on_page if (state := self._running.get(each)) is not None]
        page = {state.id: (state, stall.judge(state, now)) for state in states}
        tasks = tuple(shown[0] for task, shown in page.items() if shown != self._shown.get(task))
        gone = tuple(task for task in self._shown if task not in page)
        anything = bool(tasks or gone or self._more != self._more_shown)
        self._shown, self._more_shown = page, self._more
        return PageChanges(tasks, gone, self._more, anything)

    async def _turn(self, newest: Sequence[TaskState]) -> None:
        if unknown := [state for state in newest if state.id not in self._verdicts]:
            self._verdicts |= await sync_to_async(self._judged)(unknown)
        self._verdicts = {state.id: self._verdicts[state.id] for state in newest}
        allowed = [task for task, seen in self._verdicts.items() if seen]
        self._on_page = tuple(allowed[: self._limit])
        self._more = len(allowed) - len(self._on_page)

    def _judged(self, states: Sequence[TaskState]) -> dict[str, bool]:
        return {state.id: self._sees(state) for state in states}
