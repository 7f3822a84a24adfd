"""The protocol of a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress.messages import Outcome
    from eliot_progress.state import TaskState


class Store(Protocol):
    """Keeps the newest state of each task, and the newest task of each object. Bounded; old states expire."""

    def record(self, message: Mapping[str, object]) -> TaskState | None:
        """Record an eliot message. Order and duplicates do not matter; other messages are ignored.

        Returns the new state of the whole if the message reports one of its parts, and None otherwise.
        """

    def get(self, identifier: str) -> TaskState | None:
        """Return the task with this id (`uuid@/2/3`), or None."""

    def latest(self, about: str) -> TaskState | None:
        """Return the most recently started task about this object, or None."""

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """Return the same for many objects at once. Objects without a task are omitted."""

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Return the tasks without an outcome, the most recently started first.

        A task is omitted when a newer one of the same type about the same object has replaced it (its worker
        died and it was redelivered), unless it reports again.
        """

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Return recently ended tasks, optionally with one outcome, the most recently ended first.

        A store may keep few of them, or none that ended long ago.
        """
