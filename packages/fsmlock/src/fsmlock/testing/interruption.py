"""Interrupt a run at a chosen item: ``execute(run, on_item=interrupt_after(3))``."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fsmlock.active_hold import ActiveHold
from fsmlock.iteration.execution import RunInterruptedError

if TYPE_CHECKING:
    from collections.abc import Generator

    from fsmlock.iteration import OnItem


def interrupt_after(items: int) -> OnItem:
    """Interrupt the run after so many items (or batches), like a worker that shuts down."""
    count = itertools.count(1)

    def interrupt(_held: ActiveHold) -> None:
        if next(count) == items:
            raise RunInterruptedError("The test interrupted it.")

    return interrupt


def lose_hold_after(items: int) -> OnItem:
    """Lose the hold of the run after so many items (or batches), as if its lease had expired."""
    count = itertools.count(1)

    def lose(held: ActiveHold) -> None:
        if next(count) == items:
            held.mark_lost("the test said so")

    return lose


@contextmanager
def lose_hold() -> Generator[None]:
    """Lose every hold that is checked within the block."""
    check = ActiveHold.check

    def lost(self: ActiveHold) -> None:
        self.mark_lost("the test said so")
        check(self)

    ActiveHold.check = lost  # type: ignore[method-assign]
    try:
        yield
    finally:
        ActiveHold.check = check  # type: ignore[method-assign]
