"""Imports log files into the database with a single writer, so that logging never waits for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import transaction

from eliot_progress import sanitise
from eliot_progress.django import conf, logstore
from eliot_progress.django.models import LogFile
from eliot_progress.django.store import DjangoStore
from eliot_progress.messages import parse
from eliot_progress.parts import PART
from eliot_progress.reading import Position, Tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from eliot_progress.messages import TaskState

#: Bytes read from a file at a time: a few thousand messages.
_BLOCK_BYTES = 1 << 20


class Ingest:
    """Imports log files as they grow. Each file resumes where the previous process stopped."""

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        store: DjangoStore | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._store = store or DjangoStore()
        self._tails = {str(path.absolute()): path for path in paths}
        self._open: dict[str, Tail] = {}
        #: Stored messages, and skipped lines that were not eliot messages.
        self.stored = 0
        self.skipped = 0

    def step(self) -> int:
        """Import a batch of each file. Returns the number of bytes read, 0 when there is nothing new.

        Raises DatabaseError when the database can't be used; the next step imports that batch again.
        """
        return sum(self._import(name, path) for name, path in self._tails.items())

    def _import(self, name: str, path: Path) -> int:
        tail = self._open.get(name) or self._resume(name, path)
        before = tail.position
        messages = tail.read_new(_BLOCK_BYTES)
        after = tail.position
        if after == before:
            return tail.bytes_read
        try:
            with transaction.atomic(using=conf.get().DATABASE):
                written = logstore.write(messages)
                self._record_states(messages)
                LogFile.objects.update_or_create(path=name, defaults=after._asdict())
        except BaseException:
            del self._open[name]  # the next step reads it again, from the position in the database
            raise
        self.stored += written.stored
        self.skipped += written.skipped
        return tail.bytes_read

    def _resume(self, name: str, path: Path) -> Tail:
        stored_file = LogFile.objects.filter(path=name).first()
        start = None
        if stored_file is not None:
            start = Position(stored_file.inode, stored_file.offset, stored_file.mark)
        tail = self._open[name] = Tail(path, start=start, clock=self._clock)
        return tail

    def _record_states(self, messages: Sequence[Mapping[str, object]]) -> None:
        """Record the newest report of each task in the batch."""
        newest: dict[str, TaskState] = {}
        for message in messages:
            state = parse(message)
            if state is not None and (state.id not in newest or _rank(newest[state.id]) < _rank(state)):
                newest[state.id] = state
        self._store.record_all(newest.values())
        for message in messages:
            if message.get("message_type") == PART:
                self._store.record(message, received_at=sanitise.number(message.get("timestamp")))


def _rank(state: TaskState) -> tuple[bool, int]:
    return (state.outcome is not None, state.seq)
