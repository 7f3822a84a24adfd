"""Interrupt long work at a chosen item: ``with interrupt_after(3): run.work()``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from fsmlock import active_hold
from fsmlock.iteration import shutdown
from fsmlock.iteration.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@contextmanager
def interrupt_after(items: int) -> Generator[None]:
    """Within the block every run is interrupted after so many items, as a worker does that is to end."""
    try:
        with _at_item(items, lambda _worker: shutdown.request()):
            yield
    finally:
        shutdown.reset()


@contextmanager
def lose_hold(*, after: int = 0) -> Generator[None]:
    """Within the block every run loses its hold after so many items; with 0 any hold is lost when checked."""
    if after:
        with _at_item(after, lambda worker: worker.lose_hold()):
            yield
        return
    check = active_hold.ActiveHold.check

    def lost(self: active_hold.ActiveHold) -> None:
        self.mark_lost("the test said so")
        check(self)

    active_hold.ActiveHold.check = lost  # type: ignore[method-assign]
    try:
        yield
    finally:
        active_hold.ActiveHold.check = check  # type: ignore[method-assign]


@contextmanager
def _at_item(number: int, act: Callable[[Worker], None]) -> Generator[None]:
    done = Worker.item_done
    left = number

    def count(self: Worker) -> None:
        nonlocal left
        done(self)
        left -= 1
        if left == 0:
            act(self)

    Worker.item_done = count  # type: ignore[method-assign]
    try:
        yield
    finally:
        Worker.item_done = done  # type: ignore[method-assign]
