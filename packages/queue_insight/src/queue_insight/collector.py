"""The collector: hears Celery's events, asks the workers now and then, and leaves sightings in the store.

It is a process of its own (`manage.py queue_insight collect`). It never ends because of the broker or the
store: it says what failed once, goes on trying, and every sighting tells since when it has been hearing.
"""

from __future__ import annotations

import logging
import threading
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from celery.events.event import get_exchange
from kombu import Consumer, Queue, uuid

from queue_insight import census, conf
from queue_insight.errors import SightingUnreadableError, StoreUnreachableError
from queue_insight.events import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery
    from kombu import Connection

    from queue_insight.stores.base import Store

logger = logging.getLogger("queue_insight")

TICK_S = 0.2
#: Whoever reaches the broker can publish what kombu stumbles over; that must not end the collector.
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
#: A worker that has not told its queues is asked this often, until it does.
ASK_AGAIN_S = 2.0
#: While the broker cannot be heard, the next sighting is promised within this time.
DEAF_S = 15.0
BACKOFF_S = (0.2, 0.5, 1.0, 2.0)


class Collector:
    """Collects until it is told to stop."""

    def __init__(
        self,
        app: Celery,
        store: Store,
        *,
        settings: conf.Settings | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._store = store
        self._settings = settings or conf.get()
        self._clock = clock
        self._ledger = Ledger(
            max_tasks=self._settings.MAX_TASKS, forget_after_s=self._settings.FORGET_AFTER_S
        )
        self._listening_since: float | None = None
        self._due = 0.0
        self._look_due = 0.0
        self._asked_at = 0.0
        self._censuses: SimpleQueue[census.Census | None] = SimpleQueue()
        self._asking = False
        self._store_down = False

    def run(self, stop: threading.Event) -> None:
        """Collect until `stop` is set; checks it at least every 0.2 s while the broker answers."""
        failures = 0
        self._resume()
        while not stop.is_set():
            connection = self._app.connection_for_read()
            errors: tuple[type[BaseException], ...] = (
                *connection.connection_errors,
                *connection.channel_errors,
                OSError,
            )
            try:
                with connection:
                    self._listen(connection, stop)
                    failures = 0
            except errors as error:
                failures = 1 if self._listening_since is not None else failures + 1
                if failures == 1:
                    logger.warning("cannot hear the broker (%s: %s); trying on", type(error).__name__, error)
                self._listening_since = None
                self._save()
                stop.wait(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1])

    def _resume(self) -> None:
        # What a predecessor knew of tasks in hand would take up to an hour of their run time to learn anew.
        try:
            kept = self._store.load()
        except (StoreUnreachableError, SightingUnreadableError) as error:
            logger.warning("starting with nothing known: %s", error)
        else:
            if kept is not None:
                self._ledger.resume(kept.sighting)

    def _listen(self, connection: Connection, stop: threading.Event) -> None:
        connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
        with Consumer(
            connection.channel(),
            queues=[self._queue(connection)],
            no_ack=True,
            accept=["json", self._app.conf.event_serializer],
            callbacks=[self._on_message],
            on_decode_error=self._on_unreadable,
        ):
            self._listening_since = self._clock()
            self._asked_at = 0.0
            logger.info("hearing the broker")
            while not stop.is_set():
                try:
                    connection.drain_events(timeout=TICK_S)
                except TimeoutError:
                    pass
                except MALFORMED as error:
                    self._on_unreadable(None, error)
                self._keep_up()

    def _queue(self, connection: Connection) -> Queue:
        app_conf = self._app.conf
        return Queue(
            f"{app_conf.event_queue_prefix}.queue-insight-{uuid()}",
            exchange=get_exchange(connection, name=app_conf.event_exchange),
            routing_key="#",
            auto_delete=True,
            durable=False,
            expires=app_conf.event_queue_expires,
            message_ttl=app_conf.event_queue_ttl,
        )

    def _on_message(self, body: object, _message: object) -> None:
        now = self._clock()
        for event in body if isinstance(body, list) else [body]:
            if isinstance(event, dict):
                self._ledger.apply(event, now)

    def _on_unreadable(self, _message: object, error: Exception) -> None:
        logger.warning("an event could not be read (%s: %s)", type(error).__name__, error)

    def _keep_up(self) -> None:
        now = self._clock()
        # Called after every message: thousands of times a second when the workers are busy.
        if now < self._look_due:
            return
        self._look_due = now + TICK_S
        self._take_answers(now)
        every_s = ASK_AGAIN_S if self._ledger.untold() else self._settings.CENSUS_EVERY_S
        if not self._asking and now >= self._asked_at + every_s:
            self._ask(now)
        if now >= self._due:
            self._save()

    def _ask(self, now: float) -> None:
        # In a thread: the answers take up to a second each, and the promise to the readers must be kept.
        self._asking = True
        self._asked_at = now
        threading.Thread(target=self._take_census, args=(self._ledger.listed(),), daemon=True).start()

    def _take_census(self, workers: int) -> None:
        try:
            self._censuses.put(census.take(self._app, workers=workers, clock=self._clock))
        except Exception as error:  # noqa: BLE001 - a malformed or missing answer must not end the thread unseen
            logger.warning("the workers could not be asked (%s: %s)", type(error).__name__, error)
            self._censuses.put(None)

    def _take_answers(self, now: float) -> None:
        try:
            answers = self._censuses.get_nowait()
        except Empty:
            return
        self._asking = False
        if answers is not None:
            self._ledger.apply_census(answers, now)

    def _save(self) -> None:
        now = self._clock()
        self._due = now + self._settings.EVERY_S
        self._ledger.forget(now)
        # An attempt to reach the broker may block for seconds: no more is promised than can be kept.
        next_by = (
            self._due if self._listening_since is not None else now + max(DEAF_S, self._settings.EVERY_S)
        )
        sighting = self._ledger.sighting(now, next_by=next_by, listening_since=self._listening_since)
        try:
            self._store.save(sighting, keep_for_s=self._settings.FORGET_AFTER_S)
        except StoreUnreachableError as error:
            if not self._store_down:
                logger.warning("%s Trying on.", error)
            self._store_down = True
        else:
            self._store_down = False
