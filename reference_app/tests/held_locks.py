"""Somebody else's hold: what one holds oneself doesn't stand in one's way."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections

import fsmlock
from timelapse.rendering import actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

    from timelapse.rendering.models import Movie


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


@contextmanager
def rendering(movie: Movie) -> Iterator[None]:
    """Hold the render lock as a worker that stops when it is asked to, and must have stopped at the end."""
    begun = threading.Event()

    def work() -> None:
        try:
            with fsmlock.hold(movie.timelapse, "render", why=str(movie)) as held:
                actions.begin(movie, held.token)
                begun.set()
                while True:
                    held.check()
                    time.sleep(0.05)
        except fsmlock.CancelRequested:
            actions.mark_cancelled(movie)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    yield
    thread.join(20)
    assert not thread.is_alive()
