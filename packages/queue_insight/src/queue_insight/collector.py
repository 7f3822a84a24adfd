"""The collector: receives Celery's events, inspects the workers periodically, and saves its state in a store.

It runs as its own process (`manage.py queue_insight collect`). A failure of the broker or the store does not
end it: it logs the failure once, keeps retrying, and saves in its state since when it has been connected.
Further collectors receive the same events and save nothing, until the first one ends or stops saving.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from msgspec import structs

from queue_insight import conf, inspection
from queue_insight.brokers.choose import broker_for
from queue_insight.errors import (
    BrokerUnsupportedError,
    CollectorStateUnreadableError,
    QueueInsightError,
    StoreUnreachableError,
)
from queue_insight.event_streams.choose import open_stream
from queue_insight.events import EventTracker
from queue_insight.forecasts import forecasts
from queue_insight.state_writer import StateWriter
from queue_insight.stored_state import load, load_all_tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery
    from kombu import Connection

    from queue_insight.brokers.base import Broker
    from queue_insight.calibration import Forecast
    from queue_insight.stores.base import Store

logger = logging.getLogger("queue_insight")

POLL_INTERVAL_S = 0.2
#: What has changed is saved after this share of SAVE_INTERVAL_S, counted from the last save.
CHANGED_SHARE = 0.5
#: Interval of inspections while the queues of some worker are unknown.
REINSPECT_INTERVAL_S = 2.0
#: While disconnected, the next state is promised within this time.
DISCONNECTED_SAVE_WITHIN_S = 15.0
#: Seconds without maintenance after which the process must have been suspended.
MAX_PAUSE_S = 5.0
#: Maximum number of results to read from the result backend after one inspection.
MAX_RESULTS = 100
#: Seconds between two heartbeats of the connection, where its protocol has any: a broker that is cut off is
#: noticed before its silence is taken for the end of the workers.
HEARTBEAT_S = 2
BACKOFF_S = (0.2, 0.5, 1.0, 2.0)


def _readable_broker(app: Celery) -> Broker | None:
    try:
        return broker_for(app)
    except BrokerUnsupportedError:
        return None


class Collector:
    """Observes one Celery app and saves the state for readers."""

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
        self._tracker = EventTracker(
            max_tasks=self._settings.MAX_TASKS,
            retention_s=self._settings.RETENTION_S,
            grace_heartbeats=self._settings.GRACE_HEARTBEATS,
        )
        self._broker = _readable_broker(app)
        self._tracker.counts_waiting = self._broker is None or not self._broker.capabilities.page
        self._save_due = 0.0
        self._tasks_due = 0.0
        self._maintenance_due = 0.0
        self._inspected_at = 0.0
        self._inspections: SimpleQueue[inspection.Inspection | None] = SimpleQueue()
        self._inspecting = False
        self._writer = StateWriter(store, self._settings)
        self._maintained_at = clock()

    def run(self, stop: threading.Event) -> None:
        """Collect until `stop` is set, which is checked at least every 0.2 s while the broker responds."""
        self._restore()
        try:
            self._collect(stop)
        finally:
            self._save(at_once=True)
            self._writer.release()

    def _collect(self, stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            connection = self._app.connection_for_read(heartbeat=HEARTBEAT_S)
            errors: tuple[type[BaseException], ...] = (
                *connection.connection_errors,
                *connection.channel_errors,
                OSError,
            )
            try:
                with connection:
                    self._consume(connection, stop)
                    failures = 0
            except errors as error:
                failures = 1 if self._tracker.connected_since is not None else failures + 1
                if failures == 1:
                    logger.warning(
                        "disconnected from the broker (%s: %s); retrying", type(error).__name__, error
                    )
                self._tracker.reconnects += self._tracker.connected_since is not None
                self._tracker.connected_since = None
                self._save()
                stop.wait(BACKOFF_S[min(failures, len(BACKOFF_S)) - 1])

    def _restore(self) -> None:
        # Only events contain the start times of running tasks, so take them over from the last collector.
        try:
            stored = load(self._store)
            tasks = load_all_tasks(self._store) if stored else ()
        except (StoreUnreachableError, CollectorStateUnreadableError) as error:
            logger.warning("starting without the last state: %s", error)
        else:
            if stored is not None:
                self._tracker.restore(structs.replace(stored.state, tasks=tasks))

    def _consume(self, connection: Connection, stop: threading.Event) -> None:
        connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
        with open_stream(self._app, connection) as stream:
            self._tracker.connected_since = self._clock()
            self._inspected_at = 0.0
            logger.info("connected to the broker")
            dropped = 0
            while not stop.is_set():
                self._tracker.apply(stream.receive(timeout_s=self._timeout_s()), self._clock())
                if stream.dropped > dropped:
                    self._tracker.dropped += stream.dropped - dropped
                    dropped = stream.dropped
                    self._tracker.connected_since = self._clock()  # what came before is incomplete
                    self._tracker.drains.interrupt()
                self._maintain()

    def _timeout_s(self) -> float:
        due = self._tasks_due if self._tracker.has_news else self._save_due
        return max(0.001, min(POLL_INTERVAL_S, due - self._clock()))

    def _maintain(self) -> None:
        # This runs after every message, thousands of times a second when the workers are busy.
        now = self._clock()
        if now >= self._maintenance_due:
            self._observe(now)
        if now >= self._save_due:
            self._save()
        elif self._tracker.has_news and now >= self._tasks_due:
            self._save_tasks(now)

    def _observe(self, now: float) -> None:
        self._maintenance_due = now + POLL_INTERVAL_S
        if now - self._maintained_at > MAX_PAUSE_S and self._tracker.connected_since is not None:
            # This process was suspended: events wait, or were dropped, so that silence proves nothing.
            self._tracker.connected_since = now
            self._tracker.drains.interrupt()
        self._maintained_at = now
        self._tracker.history.observe(now, listens=self._tracker.connected_since is not None)
        self._apply_inspections(now)
        interval_s = (
            REINSPECT_INTERVAL_S if self._tracker.without_queues() else self._settings.INSPECT_INTERVAL_S
        )
        # Only one of several collectors asks the workers.
        if self._writer.is_active and not self._inspecting and now >= self._inspected_at + interval_s:
            self._start_inspection(now)

    def _start_inspection(self, now: float) -> None:
        # In a thread: each request waits up to a second, and the next state must be saved on time.
        self._inspecting = True
        self._inspected_at = now
        asked = self._tracker.worker_count(now), self._tracker.unproven()[:MAX_RESULTS]
        threading.Thread(target=self._inspect, args=asked, daemon=True).start()

    def _inspect(self, workers: int, unproven: list[str]) -> None:
        try:
            found = inspection.inspect_workers(self._app, workers=workers, clock=self._clock)
            found = replace(
                found,
                queues=self._broker.discover() if self._broker else (),
                results=inspection.read_results(self._app, unproven) if unproven else {},
                # Last, as they are compared with what happens from now on.
                forecasts=self._forecasts(),
            )
            self._inspections.put(found)
        except Exception as error:  # noqa: BLE001 - a malformed reply must not end the thread unnoticed
            logger.warning("the workers could not be inspected (%s: %s)", type(error).__name__, error)
            self._inspections.put(None)

    def _forecasts(self) -> tuple[Forecast, ...]:
        if self._broker is None or not self._broker.capabilities.counts:
            return ()
        try:
            return forecasts(self._broker, self._store, self._settings, self._clock)
        except QueueInsightError:
            return ()  # the next inspection tries again

    def _apply_inspections(self, now: float) -> None:
        try:
            replies = self._inspections.get_nowait()
        except Empty:
            return
        self._inspecting = False
        if replies is not None:
            self._tracker.apply_inspection(replies, now)
            self._tracker.take_forecasts(replies.forecasts, now)

    def _save(self, *, at_once: bool = False) -> None:
        now = self._clock()
        self._save_due = now + self._settings.SAVE_INTERVAL_S
        self._tasks_due = now + CHANGED_SHARE * self._settings.SAVE_INTERVAL_S
        self._tracker.maintain(now)
        self._writer.save(self._tracker, now, next_by=self._next_by(now), at_once=at_once)

    def _save_tasks(self, now: float) -> None:
        # The next save with everything stays when it is, and what it promised is sooner than that.
        self._tasks_due = now + CHANGED_SHARE * self._settings.SAVE_INTERVAL_S
        self._writer.save(self._tracker, now, next_by=self._next_by(now), tasks_only=True)

    def _next_by(self, now: float) -> float:
        # An attempt to connect may block for seconds, so promise the next state later.
        if self._tracker.connected_since is None:
            return now + max(DISCONNECTED_SAVE_WITHIN_S, self._settings.SAVE_INTERVAL_S)
        return now + self._settings.SAVE_INTERVAL_S
