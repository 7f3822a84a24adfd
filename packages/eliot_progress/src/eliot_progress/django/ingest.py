"""From log files into the database, by one writer, so that logging never waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from eliot_progress.django import conf, logstore
from eliot_progress.django.models import LogFile
from eliot_progress.django.store import DjangoStore
from eliot_progress.messages import parse
from eliot_progress.reading import Position, Tail

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from eliot_progress.messages import Report

#: Bytes read from a file at a time: some thousand messages.
_MOST = 1 << 20


class Ingest:
    """Takes log files in as they grow; each goes on where it was when the process before ended."""

    def __init__(self, paths: Iterable[Path], *, store: DjangoStore | None = None) -> None:
        self._store = store or DjangoStore()
        self._tails = {str(path.absolute()): path for path in paths}
        self._open: dict[str, Tail] = {}
        #: Messages stored, and lines that were no eliot messages.
        self.stored = 0
        self.left_out = 0

    def step(self) -> int:
        """Take a batch of each file in; the number of bytes read, 0 when there is nothing new.

        Raises DatabaseError when the database can't be asked: then that batch is taken in by the next step.
        """
        return sum(self._take(name, path) for name, path in self._tails.items())

    def _take(self, name: str, path: Path) -> int:
        tail = self._open.get(name) or self._resumed(name, path)
        before = tail.position
        messages = tail.read_new(_MOST)
        after = tail.position
        if after == before:
            return tail.bytes_read
        try:
            with transaction.atomic(using=conf.get().DATABASE):
                written = logstore.write(messages)
                self._states(messages)
                LogFile.objects.update_or_create(
                    path=name, defaults={"inode": after.inode, "offset": after.offset}
                )
        except BaseException:
            del self._open[name]  # the next step reads it again, from where the database says
            raise
        self.stored += written.stored
        self.left_out += written.left_out
        return tail.bytes_read

    def _resumed(self, name: str, path: Path) -> Tail:
        known = LogFile.objects.filter(path=name).first()
        start = None if known is None else Position(known.inode, known.offset)
        tail = self._open[name] = Tail(path, start=start)
        return tail

    def _states(self, messages: Sequence[Mapping[str, object]]) -> None:
        """Of each task that reports, the newest report of the batch."""
        newest: dict[str, Report] = {}
        for message in messages:
            report = parse(message)
            if report is not None and (report.id not in newest or _rank(newest[report.id]) < _rank(report)):
                newest[report.id] = report
        self._store.record_all(newest.values())


def _rank(report: Report) -> tuple[bool, int]:
    return (report.outcome is not None, report.seq)
