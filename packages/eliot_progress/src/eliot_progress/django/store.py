"""States in the database: they survive restarts, and ended tasks stay until they are pruned."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Now

from eliot_progress import parts
from eliot_progress.django import conf
from eliot_progress.django.models import TaskRecord
from eliot_progress.messages import parse
from eliot_progress.state import TaskState, from_dict, to_dict, to_local_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models.expressions import Combinable

    from eliot_progress.messages import Outcome

#: An outcome outranks any seq.
_FINISHED = 2**52
#: New tasks between two checks of the limit.
_CHECK_EVERY = 256
#: Tasks in one query.
_BATCH = 500
# Does for many tasks what `_add` does for one.
_SUPERSEDE = """
UPDATE eliot_progress_taskrecord SET superseded = (1 = 1)
WHERE about = %s AND action_type = %s AND outcome = '' AND (started_at < %s OR (started_at = %s AND id < %s))
"""


class DjangoStore:
    """Keeps the `keep` most recently started tasks in the database of the setting DATABASE."""

    def __init__(self, *, keep: int = 100_000) -> None:
        self._keep = keep
        self._added = 0

    def record(self, message: Mapping[str, object], *, received_at: float | None = None) -> TaskState | None:
        """Record an eliot message. Raises DatabaseError when the database can't be reached.

        `received_at` (seconds since 1970) is for messages from this host's own files; without it, the message
        counts as received now.
        """
        state = parse(message)
        try:
            if state is None:
                return parts.record(message, self.get, lambda whole: self._put(whole, received_at))
            row = _row(state, received_at)
            if not self._update(row):
                self._add(row)
        except DatabaseError:
            connection = connections[conf.get().DATABASE]
            if not connection.in_atomic_block:
                connection.close()  # the next message uses a new connection
            raise
        return None

    def _put(self, whole: TaskState, received_at: float | None) -> bool:
        """Store the state of a whole; False if the stored one is not older."""
        row = _row(whole, received_at)
        if self._update(row):
            return True
        if whole.seq > 1:
            return False
        self._add(_row(replace(whole, seq=0, outcome=None), received_at))  # another process may add it, too
        return self._update(row)

    def record_all(self, states: Iterable[TaskState]) -> None:
        """Record the states of many tasks from this host's own files, in few queries.

        Each counts as received when it was sent. Raises DatabaseError; then none is recorded.
        """
        rows = {state.id[:320]: _row(state, state.heartbeat_at) for state in states}
        with transaction.atomic(using=conf.get().DATABASE):
            stored = set(_ranks(rows))
            new = [row for identifier, row in rows.items() if identifier not in stored]
            TaskRecord.objects.bulk_create(new, ignore_conflicts=True, batch_size=_BATCH)
            with connections[conf.get().DATABASE].cursor() as cursor:
                cursor.executemany(_SUPERSEDE, [_supersede_parameters(row) for row in new if row.about])
            for identifier, rank in _ranks(rows).items():
                if rank < rows[identifier].rank:
                    self._update(rows[identifier])
        self._count(len(new))

    def _update(self, row: TaskRecord) -> bool:
        """Replace an older report of the same task. Returns whether there was one."""
        values = {
            name: getattr(row, name) for name in ("rank", "outcome", "received_at", "state", "started_at")
        }
        older = TaskRecord.objects.filter(pk=row.pk, rank__lt=row.rank)
        return bool(older.update(**values, superseded=False))

    def _add(self, row: TaskRecord) -> None:
        with transaction.atomic(using=conf.get().DATABASE):
            if TaskRecord.objects.filter(pk=row.pk).exists():
                return
            TaskRecord.objects.bulk_create([row], ignore_conflicts=True)
            if row.about:
                same = TaskRecord.objects.filter(about=row.about, action_type=row.action_type, outcome="")
                same.filter(_before(row)).update(superseded=True)
        self._update(row)  # another process may have added an older report meanwhile
        self._count(1)

    def _count(self, added: int) -> None:
        checks = self._added // _CHECK_EVERY
        self._added += added
        if self._added // _CHECK_EVERY != checks:
            self._prune()

    def _prune(self) -> None:
        newest = TaskRecord.objects.order_by("-started_at", "-id")
        oldest_kept = newest[self._keep - 1 : self._keep].first()
        if oldest_kept is not None:
            TaskRecord.objects.filter(_before(oldest_kept)).delete()

    def get(self, identifier: str) -> TaskState | None:
        """Return the task with this id, or None."""
        return next(iter(_states(TaskRecord.objects.filter(pk=identifier))), None)

    def latest(self, about: str) -> TaskState | None:
        """Return the most recently started task about this object, or None."""
        return self.latest_many([about]).get(about)

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """Return the same for many objects, in one query."""
        requested = {about for about in abouts if about}
        if not requested:
            return {}
        same = TaskRecord.objects.filter(about=OuterRef("about")).order_by("-started_at", "-id")
        last = TaskRecord.objects.filter(about__in=requested, pk=Subquery(same.values("pk")[:1]))
        return {state.about: state for state in _states(last)}

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Return the tasks without an outcome, the most recently started first."""
        running = TaskRecord.objects.filter(outcome="", superseded=False).order_by("-started_at", "-id")
        return tuple(_states(running[: max(0, limit)]))

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Return recently ended tasks, the most recently ended first."""
        requested = TaskRecord.objects.exclude(outcome="") if outcome is None else _ended_with(outcome)
        return tuple(_states(requested.order_by("-received_at", "-id")[: max(0, limit)]))


def _ended_with(outcome: Outcome) -> QuerySet[TaskRecord]:
    # The redundant condition makes the index of ended tasks usable.
    return TaskRecord.objects.exclude(outcome="").filter(outcome=outcome)


def _row(state: TaskState, received_at: float | None) -> TaskRecord:
    return TaskRecord(
        id=state.id[:320],
        causal_id=state.causal_id,
        about=state.about,
        action_type=state.action_type[:200],
        started_at=state.started_at,
        rank=state.seq + (_FINISHED if state.outcome else 0),
        outcome=state.outcome or "",
        received_at=_received_at(received_at),
        state=to_dict(state),
    )


def _received_at(seconds: float | None) -> Combinable | datetime:
    """Return the moment, seconds since 1970 or now, as the database's clock has it."""
    if seconds is None:
        return Now()
    if settings.USE_TZ:
        return datetime.fromtimestamp(max(0.0, seconds), UTC)
    # The time zone of a database's clock depends on its kind, so say how long ago it was.
    return ExpressionWrapper(Now() - Value(timedelta(seconds=time.time() - seconds)), DateTimeField())


def _ranks(identifiers: Iterable[str]) -> dict[str, int]:
    """Return the ranks of the stored tasks among these."""
    requested, found = list(identifiers), dict[str, int]()
    for start in range(0, len(requested), _BATCH):
        part = TaskRecord.objects.filter(pk__in=requested[start : start + _BATCH])
        found.update(part.values_list("pk", "rank"))
    return found


def _supersede_parameters(row: TaskRecord) -> tuple[str | float, ...]:
    """Return the parameters of _SUPERSEDE."""
    return (row.about, row.action_type, row.started_at, row.started_at, row.pk)


def _before(row: TaskRecord) -> Q:
    return Q(started_at__lt=row.started_at) | Q(started_at=row.started_at, id__lt=row.pk)


def _states(rows: QuerySet[TaskRecord]) -> list[TaskState]:
    """Return the states by this host's clock; the database's clock may differ from it."""
    found = list(rows.annotate(clock=Now()).values_list("state", F("received_at"), "clock"))
    now = time.time()
    return [
        to_local_clock(from_dict(state), received_at.timestamp() - clock.timestamp() + now)
        for state, received_at, clock in found
    ]
