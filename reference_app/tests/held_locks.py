"""Somebody else's hold: what one holds oneself doesn't stand in one's way."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections

import fsmlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models


@contextmanager
def held_elsewhere(obj: models.Model, lock: str, why: str) -> Iterator[fsmlock.ActiveHold]:
    """Hold the lock in a thread of its own while the block runs."""
    taken, leave, held = threading.Event(), threading.Event(), []

    def hold() -> None:
        try:
            with fsmlock.hold(obj, lock, why=why) as mine:
                held.append(mine)
                taken.set()
                leave.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert taken.wait(10), "the hold was refused"
        yield held[0]
    finally:
        leave.set()
        thread.join(10)
