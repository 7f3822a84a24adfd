"""The publisher's hook: notes where and when each task was sent, so that it is found by its id.

A publish only puts a few texts into a bounded list. A thread writes them every fifth of a second to the
store, and to the collector as `task-sent` events, unless Celery sends those itself. If that fails, or if more
is sent than the thread writes, notes are dropped and counted; no publish fails or waits for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from celery.signals import after_task_publish
from django.utils.module_loading import import_string
from kombu import Producer

from queue_insight import conf, publish_time
from queue_insight.collector_state import SentTask, encode
from queue_insight.errors import SettingInvalidError
from queue_insight.fields import MAX_NAME, storable
from queue_insight.read import celery_app
from queue_insight.stores.choose import store_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from celery import Celery

    CausalId = Callable[[], str | None]

logger = logging.getLogger("queue_insight")

#: Notes that wait for the thread; further ones are dropped.
MAX_BUFFERED: Final = 20_000
#: Notes that are written at once.
MAX_BATCH: Final = 1000
FLUSH_INTERVAL_S: Final = 0.2
#: How long an exiting process waits for its last notes to be written.
EXIT_WAIT_S: Final = 0.5
#: The exchange of Celery's native delayed delivery; the routing key ends with the queue's.
DELAYED: Final = "celery_delayed"
_UID: Final = "queue_insight.sending"


def install(app: Celery | None = None, *, causal_id: CausalId | None = None) -> None:
    """Note every task that this process sends from now on, with its publish time. Twice is harmless.

    `app` defaults to the app named by QUEUE_INSIGHT['APP'], else to Celery's current app. `causal_id` returns
    the causal id of what is done at the moment, or None; it defaults to QUEUE_INSIGHT['CAUSAL_ID'].

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['CAUSAL_ID'] names no function.
    """
    publish_time.install()
    note(app, causal_id=causal_id)


def note(app: Celery | None = None, *, causal_id: CausalId | None = None) -> None:
    """Note every task that this process sends from now on, without adding its publish time.

    Raises:
        SettingInvalidError: a setting is out of range, or QUEUE_INSIGHT['CAUSAL_ID'] names no function.
    """
    path = conf.get().CAUSAL_ID
    _notes.app, _notes.causal_id = app, causal_id or (_imported(path) if path else None)
    after_task_publish.connect(_notes.add, dispatch_uid=_UID, weak=False)


def uninstall() -> None:
    """Stop noting, after what was noted has been written."""
    after_task_publish.disconnect(dispatch_uid=_UID)
    _notes.stop()
    publish_time.uninstall()


def dropped() -> int:
    """Return how many tasks this process has sent without a note of it."""
    return _notes.dropped


class _Notes:
    """What was sent and is not yet written."""

    def __init__(self) -> None:
        self.app: Celery | None = None
        self.causal_id: CausalId | None = None
        self.dropped = 0
        self.reset()

    def reset(self) -> None:
        """Begin anew, as in a process that was forked, where no thread runs."""
        self._noted: deque[SentTask] = deque()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._stopping = threading.Event()
        self._failure = ""

    def add(
        self,
        *,
        headers: Mapping[str, object] | None = None,
        exchange: str = "",
        routing_key: str = "",
        **_: object,
    ) -> None:
        """Note a task that was sent. It never raises and never waits."""
        if len(self._noted) >= MAX_BUFFERED:
            self.dropped += 1
            return
        try:
            self._noted.append(self._note(headers or {}, exchange, routing_key))
        except Exception:  # noqa: BLE001 - a publish must not fail because of a note
            self.dropped += 1
            return
        if self._thread is None:
            self._start()

    def _note(self, headers: Mapping[str, object], exchange: str, routing_key: str) -> SentTask:
        queue = ""
        if not exchange:
            queue = routing_key
        elif exchange.startswith(DELAYED):
            queue = routing_key.rpartition(".")[2]
        causal_id = self.causal_id() if self.causal_id is not None else None
        return SentTask(
            id=_text(headers["id"]),
            name=_text(headers["task"]),
            queue=_text(queue),
            sent_at=time.time(),
            eta=_text(headers.get("eta") or ""),
            root_id=_text(headers.get("root_id") or ""),
            causal_id=_text(causal_id or ""),
        )

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._write_all, name="queue_insight.sending", daemon=True
                )
                self._thread.start()

    def stop(self, *, timeout_s: float = EXIT_WAIT_S) -> None:
        """End the thread; what it could not write in that time is lost."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self.reset()

    def _write_all(self) -> None:
        stopping, noted = self._stopping, self._noted
        while not stopping.wait(FLUSH_INTERVAL_S) or noted:
            batch: list[SentTask] = []
            with suppress(IndexError):
                while len(batch) < MAX_BATCH:
                    batch.append(noted.popleft())
            if batch:
                self._write(batch)

    def _write(self, batch: Sequence[SentTask]) -> None:
        try:
            app = self.app or celery_app()
            settings = conf.get()
            store = store_for(app)
            if store.keeps_notes:
                store.note_sent(
                    {each.id: encode(each) for each in batch},
                    causes={each.id: each.causal_id for each in batch if each.causal_id},
                    most=settings.MAX_SENT,
                )
            if not app.conf.task_send_sent_event:
                _send_events(app, batch)
            self._failure = ""
        except Exception as error:  # noqa: BLE001 - the thread must go on, whatever the network does
            self.dropped += len(batch)
            failure = type(error).__name__
            if failure != self._failure:  # once, not with each attempt
                logger.warning("what was sent could not be noted (%s: %s)", failure, error)
            self._failure = failure


def _send_events(app: Celery, batch: Sequence[SentTask]) -> None:
    events = [
        {
            "type": "task-sent",
            "uuid": each.id,
            "name": each.name,
            "queue": each.queue,
            "eta": each.eta,
            "timestamp": each.sent_at,
        }
        for each in batch
    ]
    with app.connection_for_write() as connection:
        dispatcher = app.events.Dispatcher(connection, enabled=False)
        producer = Producer(connection, exchange=dispatcher.exchange, serializer="json")
        producer.publish(events, routing_key="task.multi", delivery_mode=1, retry=False)


def _text(value: object) -> str:
    return storable(str(value)[:MAX_NAME]).replace("\0", "")


def _imported(path: str) -> CausalId:
    try:
        found: object = import_string(path)
    except ImportError as error:
        raise SettingInvalidError(
            f"QUEUE_INSIGHT['CAUSAL_ID'] is {path!r}, which cannot be imported ({error}). "
            "It must be the dotted path to a function that returns a causal id or None."
        ) from error
    if not callable(found):
        raise SettingInvalidError(f"QUEUE_INSIGHT['CAUSAL_ID'] is {path!r}, which cannot be called.")
    return found


_notes = _Notes()
os.register_at_fork(after_in_child=_notes.reset)
atexit.register(_notes.stop)
