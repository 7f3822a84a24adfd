"""What the worker needs of an iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from django.db import models

    from fsmlock.iteration.sources import Items
    from fsmlock.policies import Policy


class Work(Protocol):
    """See fsmlock.iteration.Iteration for the meaning of each."""

    transactional: ClassVar[bool]
    batch_size: ClassVar[int]
    budget: ClassVar[timedelta | None]
    max_errors: ClassVar[int]
    persist_every: ClassVar[timedelta]
    lease: ClassVar[timedelta]
    needs: ClassVar[Sequence[str]]
    policy: ClassVar[Policy]

    def items(self) -> Items[Any]:
        """The items."""
        ...

    def each(self, item: Any) -> None:  # noqa: ANN401 - each iteration has its own items
        """One of them."""
        ...

    def each_batch(self, items: Sequence[Any]) -> None:
        """Some of them."""
        ...

    def target(self) -> models.Model | None:
        """What is held meanwhile."""
        ...

    def throttle(self) -> timedelta | None:
        """How long to leave off."""
        ...
