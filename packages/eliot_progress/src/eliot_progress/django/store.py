"""States in the database: they survive restarts, and ended tasks stay until they are pruned."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import DatabaseError, connections, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from eliot_progress.django import conf
from eliot_progress.django.models import TaskRecord
from eliot_progress.messages import parse
from eliot_progress.state import TaskState, from_dict, state_of, to_dict, to_local_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eliot_progress.messages import Outcome, Report

#: An outcome outranks any seq.
_FINISHED = 2**52
#: Tasks taken in between two looks at whether there are too many.
_LOOK_EVERY = 256
#: Tasks named in one query.
_AT_ONCE = 500
# What `_add` does for one task, for many.
_SUPERSEDE = """
UPDATE eliot_progress_taskrecord SET superseded = (1 = 1)
WHERE about = %s AND action_type = %s AND outcome = '' AND (started_at < %s OR (started_at = %s AND id < %s))
"""


class DjangoStore:
    """Keeps the `keep` tasks that were started last, in the database of the setting DATABASE."""

    def __init__(self, *, keep: int = 100_000) -> None:
        self._keep = keep
        self._added = 0

    def record(self, message: Mapping[str, object], *, received_at: float | None = None) -> None:
        """Record an eliot message. Raises DatabaseError when the database can't be reached.

        `received_at` (seconds since 1970) is for messages from this host's own files; without it, the message
        counts as received now.
        """
        report = parse(message)
        if report is None:
            return
        row = _row(report, received_at)
        try:
            if not self._update(row):
                self._add(row)
        except DatabaseError:
            connection = connections[conf.get().DATABASE]
            if not connection.in_atomic_block:
                connection.close()  # the next message asks over a new one
            raise

    def record_all(self, reports: Iterable[Report]) -> None:
        """Take one report of each of many tasks in, out of this host's own files, in few queries.

        Each counts as heard when it was sent. Raises DatabaseError: then none is taken in.
        """
        rows = {report.id[:320]: _row(report, report.beat_at) for report in reports}
        with transaction.atomic(using=conf.get().DATABASE):
            known = set(_ranks(rows))
            fresh = [row for identifier, row in rows.items() if identifier not in known]
            TaskRecord.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_AT_ONCE)
            with connections[conf.get().DATABASE].cursor() as cursor:
                cursor.executemany(_SUPERSEDE, [_place(row) for row in fresh if row.about])
            for identifier, rank in _ranks(rows).items():
                if rank < rows[identifier].rank:
                    self._update(rows[identifier])
        self._count(len(fresh))

    def _update(self, row: TaskRecord) -> bool:
        """Whether there was an older report of the same task, which this one replaced."""
        told = {
            name: getattr(row, name) for name in ("rank", "outcome", "received_at", "state", "started_at")
        }
        older = TaskRecord.objects.filter(pk=row.pk, rank__lt=row.rank)
        return bool(older.update(**told, superseded=False))

    def _add(self, row: TaskRecord) -> None:
        with transaction.atomic(using=conf.get().DATABASE):
            if TaskRecord.objects.filter(pk=row.pk).exists():
                return
            TaskRecord.objects.bulk_create([row], ignore_conflicts=True)
            if row.about:
                same = TaskRecord.objects.filter(about=row.about, action_type=row.action_type, outcome="")
                same.filter(_before(row)).update(superseded=True)
        self._update(row)  # had another process added an older report meanwhile
        self._count(1)

    def _count(self, added: int) -> None:
        looks = self._added // _LOOK_EVERY
        self._added += added
        if self._added // _LOOK_EVERY != looks:
            self._prune()

    def _prune(self) -> None:
        newest = TaskRecord.objects.order_by("-started_at", "-id")
        oldest_kept = newest[self._keep - 1 : self._keep].first()
        if oldest_kept is not None:
            TaskRecord.objects.filter(_before(oldest_kept)).delete()

    def get(self, identifier: str) -> TaskState | None:
        """The task with this id."""
        return next(iter(_states(TaskRecord.objects.filter(pk=identifier))), None)

    def latest(self, about: str) -> TaskState | None:
        """The task that was started last about this object."""
        return self.latest_many([about]).get(about)

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """The same for many objects, in one query."""
        asked = {about for about in abouts if about}
        if not asked:
            return {}
        same = TaskRecord.objects.filter(about=OuterRef("about")).order_by("-started_at", "-id")
        last = TaskRecord.objects.filter(about__in=asked, pk=Subquery(same.values("pk")[:1]))
        return {state.about: state for state in _states(last)}

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Tasks without an outcome, the last started first."""
        running = TaskRecord.objects.filter(outcome="", superseded=False).order_by("-started_at", "-id")
        return tuple(_states(running[: max(0, limit)]))

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Tasks that ended lately, the last ended first."""
        asked = TaskRecord.objects.exclude(outcome="") if outcome is None else _with(outcome)
        return tuple(_states(asked.order_by("-received_at", "-id")[: max(0, limit)]))


def _with(outcome: Outcome) -> QuerySet[TaskRecord]:
    # Said twice, so that the index of ended tasks is used.
    return TaskRecord.objects.exclude(outcome="").filter(outcome=outcome)


def _row(report: Report, received_at: float | None) -> TaskRecord:
    state = state_of(report)
    return TaskRecord(
        id=state.id[:320],
        causal_id=state.causal_id,
        about=state.about,
        action_type=state.action_type[:200],
        started_at=state.started_at,
        rank=state.seq + (_FINISHED if state.outcome else 0),
        outcome=state.outcome or "",
        received_at=Now() if received_at is None else datetime.fromtimestamp(max(0, received_at), UTC),
        state=to_dict(state),
    )


def _ranks(identifiers: Iterable[str]) -> dict[str, int]:
    """The ranks of those of these tasks that are stored."""
    asked, found = list(identifiers), dict[str, int]()
    for start in range(0, len(asked), _AT_ONCE):
        some = TaskRecord.objects.filter(pk__in=asked[start : start + _AT_ONCE])
        found.update(some.values_list("pk", "rank"))
    return found


def _place(row: TaskRecord) -> tuple[str | float, ...]:
    """The parameters of _SUPERSEDE."""
    return (row.about, row.action_type, row.started_at, row.started_at, row.pk)


def _before(row: TaskRecord) -> Q:
    return Q(started_at__lt=row.started_at) | Q(started_at=row.started_at, id__lt=row.pk)


def _states(rows: QuerySet[TaskRecord]) -> list[TaskState]:
    """The states by this host's clock: the database heard them, and its clock may be ahead of ours."""
    found = list(rows.annotate(clock=Now()).values_list("state", F("received_at"), "clock"))
    now = time.time()
    return [
        to_local_clock(from_dict(state), heard.timestamp() - clock.timestamp() + now)
        for state, heard, clock in found
    ]
