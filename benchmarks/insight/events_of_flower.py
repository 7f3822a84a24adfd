"""Flower's state of events, received as Flower does."""

from __future__ import annotations

import os
import sys
import threading

from celery import Celery
from counting import Counter
from flower.events import EventsState
from flower.options import default_options  # noqa: F401 - defines the options that the state reads

url, exchange = sys.argv[1:]
app = Celery(broker=url, set_as_current=False)
app.conf.event_exchange = exchange
state = EventsState(max_tasks_in_memory=100_000, max_workers_in_memory=5_000)
counter = Counter()
subscribed = threading.Event()


def handle(event):  # noqa: ANN001, ANN201
    state.event(event)
    counter.add(1)


class Receiver(app.events.Receiver):  # type: ignore[misc, name-defined]
    """Celery's, which says when it listens."""

    def on_consume_ready(self, *arguments, **options) -> None:  # noqa: ANN002, ANN003
        """Say so."""
        super().on_consume_ready(*arguments, **options)
        subscribed.set()


def receive() -> None:
    try:
        with app.connection() as connection:
            Receiver(connection, handlers={"*": handle}).capture(limit=None, timeout=None, wakeup=False)
    finally:
        os._exit(1)  # so that nobody waits for an answer


threading.Thread(target=receive, daemon=True).start()
counter.serve(subscribed.is_set)
