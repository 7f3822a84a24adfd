"""What a store must do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress.messages import Outcome
    from eliot_progress.state import TaskState


class Store(Protocol):
    """Keeps the newest state of each task, and of each object the newest task. Bounded; old ones expire."""

    def record(self, message: Mapping[str, object]) -> None:
        """Take an eliot message in. Order and duplicates do not matter; other messages are left out."""

    def get(self, identifier: str) -> TaskState | None:
        """The task with this id (`uuid@/2/3`)."""

    def latest(self, about: str) -> TaskState | None:
        """The task that was started last about this object."""

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """The same for many objects at once; those without a task are left out."""

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Tasks without an outcome, the last started first.

        A task that a newer one of the same type about the same object has replaced (its worker died, it was
        delivered again) is left out, unless it reports again.
        """

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Tasks that ended lately (with this outcome, if one is given), the last ended first.

        The store keeps few of them, or none that ended long ago.
        """
