"""Writes what the collector knows, if it holds the lease; of several collectors one does."""

from __future__ import annotations

import logging
import math
import os
import socket
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from queue_insight.errors import LeaseLostError, StoreUnreachableError
from queue_insight.periods import ALL
from queue_insight.signals import collector_saved
from queue_insight.stored_state import load_failures, load_periods, load_scores, load_sent, load_series

if TYPE_CHECKING:
    from queue_insight.conf import Settings
    from queue_insight.events import EventTracker
    from queue_insight.stores.base import Store

logger = logging.getLogger("queue_insight")

#: How long the lease lasts after a write, at least; another collector replaces a dead one after that time.
MIN_LEASE_S: Final = 5.0
#: How many writes a collector may miss before another one replaces it.
MISSED_WRITES: Final = 3


class StateWriter:
    """Saves the tracker's state in the store, or stands by while another collector does."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._retention_s = settings.RETENTION_S
        self._lease_s = max(MIN_LEASE_S, MISSED_WRITES * settings.SAVE_INTERVAL_S)
        self.holder: Final = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        #: Of the lease, while this collector holds it as far as it knows.
        self._token: int | None = None
        #: Whether the store may differ from what was last taken from the tracker.
        self._differs = True
        #: The time of the last write, by the collector's clock.
        self._written_at = -math.inf
        self._reported = ""

    @property
    def is_active(self) -> bool:
        """Whether this collector wrote last, as far as it knows."""
        return self._token is not None

    def save(
        self,
        tracker: EventTracker,
        now: float,
        *,
        next_by: float,
        at_once: bool = False,
        tasks_only: bool = False,
    ) -> None:
        """Write what has changed since the last call; everything after a failure, as soon as possible.

        `at_once` is for a collector that stops: it writes history and failures, too, whose turn it isn't yet.
        `tasks_only` is for a write between two others: it has no figure that follows from many tasks.
        """
        # After a pause, such as a suspended host, the store may have dropped what changes would be added to.
        self._differs = self._differs or now - self._written_at >= self._retention_s / 2
        if self._differs:
            tracker.forget_changes()
        try:
            if self._token is None:
                token = self._acquire()
                if token is None:
                    # The one that holds the lease records it.
                    tracker.history.clear()
                    tracker.failures.clear()
                    tracker.drains.clear()
                    return
                self._continue(tracker, now)
                self._token, self._differs = token, True
            tracker.failures.resolve(load_sent(self._store, tracker.failures.unresolved()))
            has_news = tracker.has_news
            changes = tracker.take_changes(
                now,
                next_by=next_by,
                replace=self._differs,
                at_once=at_once,
                tasks_only=tasks_only and not self._differs,
            )
            self._differs = True
            self._store.write(
                changes, token=self._token, lease_s=self._lease_s, retention_s=self._retention_s
            )
            self._differs, self._written_at = False, now
            self._reported = ""
            collector_saved.send_robust(sender=StateWriter, has_news=has_news)
        except LeaseLostError as error:
            self._token = None
            tracker.failures.clear()  # the other one has counted them
            tracker.drains.clear()
            logger.warning("%s", error)
        except StoreUnreachableError as error:
            self._report(f"{error} Retrying.")

    def release(self) -> None:
        """End the lease, so that a collector that stands by continues at once."""
        try:
            if self._token is not None:
                self._store.release(self._token)
        except StoreUnreachableError as error:
            self._report(str(error))
        self._token = None

    def _continue(self, tracker: EventTracker, now: float) -> None:
        failures, series = load_failures(self._store), load_series(self._store)
        scores = load_scores(self._store)
        periods = list(load_periods(self._store, [*series, ALL], now))
        tracker.failures.restore(failures)
        tracker.history.restore(series, periods)
        tracker.drains.restore(scores)

    def _acquire(self) -> int | None:
        lease = self._store.acquire(self.holder, lease_s=self._lease_s)
        if lease.holder != self.holder:
            self._report(f"Standing by: collector {lease.holder} holds the lease.")
            return None
        logger.info("collecting as %s", self.holder)
        return lease.token

    def _report(self, sentence: str) -> None:
        # Once, not with each attempt.
        if sentence != self._reported:
            logger.warning("%s", sentence)
        self._reported = sentence
