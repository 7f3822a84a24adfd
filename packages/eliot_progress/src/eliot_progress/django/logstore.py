"""Writes the log into the database: whole batches, each message once, however often it is delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import connections, transaction

from eliot_progress.django import conf, rows
from eliot_progress.messages import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from django.db.backends.utils import CursorWrapper

_MESSAGE = """
INSERT INTO eliot_progress_logmessage (causal_id, path, action, kind, status, report, at, body, duration_s)
VALUES {rows} ON CONFLICT (causal_id, path) DO NOTHING
"""
_PLAIN = "(%s, %s, %s, %s, %s, %s, %s, %s, NULL)"
_END = """(%s, %s, %s, %s, %s, %s, %s, %s,
    (SELECT duration_s FROM eliot_progress_logaction WHERE causal_id = %s AND path = %s))"""
# The messages and reports of an action lead to the same row in any order and any number of times.
_ACTION = """
INSERT INTO eliot_progress_logaction AS t (causal_id, path, parent, action_type, status, started_at, ended_at,
    duration_s, reason, done, total, unit, seq, last_message_at)
VALUES {rows}
ON CONFLICT (causal_id, path) DO UPDATE SET
    action_type = CASE WHEN excluded.action_type <> '' THEN excluded.action_type ELSE t.action_type END,
    status = CASE WHEN t.status IN ('', 'started') AND excluded.status <> '' THEN excluded.status
        ELSE t.status END,
    started_at = COALESCE(excluded.started_at, t.started_at),
    ended_at = COALESCE(excluded.ended_at, t.ended_at),
    duration_s = COALESCE(excluded.duration_s, t.duration_s,
        COALESCE(excluded.ended_at, t.ended_at) - COALESCE(excluded.started_at, t.started_at)),
    reason = CASE WHEN excluded.reason <> '' THEN excluded.reason ELSE t.reason END,
    done = CASE WHEN excluded.seq > COALESCE(t.seq, -1) THEN excluded.done ELSE t.done END,
    total = CASE WHEN excluded.seq > COALESCE(t.seq, -1) THEN excluded.total ELSE t.total END,
    unit = CASE WHEN excluded.seq > COALESCE(t.seq, -1) THEN excluded.unit ELSE t.unit END,
    seq = CASE WHEN excluded.seq > COALESCE(t.seq, -1) THEN excluded.seq ELSE t.seq END,
    last_message_at = CASE WHEN excluded.last_message_at > t.last_message_at THEN excluded.last_message_at
        ELSE t.last_message_at END
"""
_ACTION_ROW = f"({', '.join(['%s'] * 14)})"
# Ends that were stored before their start.
_LATE_DURATIONS = """
UPDATE eliot_progress_logmessage AS m SET duration_s = (
    SELECT a.duration_s FROM eliot_progress_logaction a WHERE a.causal_id = m.causal_id AND a.path = m.action)
WHERE m.causal_id IN ({placeholders}) AND m.status IN ('succeeded', 'failed', 'cancelled')
    AND m.duration_s IS NULL
"""
_ROWS_PER_STATEMENT = 500
_Values = tuple[str | float | bool | None, ...]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The result of a batch."""

    #: Messages that are stored now, including those that already were.
    stored: int
    #: Lines that were not eliot messages.
    skipped: int


def write(messages: Iterable[Mapping[str, object]]) -> Written:
    """Store the messages in one transaction of the setting DATABASE. Batches of a few thousand are fastest.

    Raises DatabaseError when they could not be stored: then none is, and the batch may be written again.
    """
    batch = rows.batch(messages)
    alias = conf.get().DATABASE
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        _insert(cursor, _ACTION, _ACTION_ROW, [_action(batch.actions[key]) for key in sorted(batch.actions)])
        ends = [row for row in batch.messages if row.status in OUTCOMES]
        _insert(
            cursor, _MESSAGE, _PLAIN, [_plain(row) for row in batch.messages if row.status not in OUTCOMES]
        )
        _insert(cursor, _MESSAGE, _END, [(*_plain(row), row.causal_id, row.action) for row in ends])
        _fill_durations(cursor, sorted({row.causal_id for row in batch.messages if row.status == "started"}))
    return Written(stored=len(batch.messages), skipped=batch.skipped)


def _insert(cursor: CursorWrapper, statement: str, row: str, values: Sequence[_Values]) -> None:
    """Insert rows: SQLite is fastest one by one, a server with many in each statement."""
    if cursor.db.vendor == "sqlite":
        cursor.executemany(statement.format(rows=row), values)
        return
    for part in _parts(values):
        cursor.execute(
            statement.format(rows=", ".join([row] * len(part))), [value for one in part for value in one]
        )


def _plain(row: rows.MessageRow) -> _Values:
    return (row.causal_id, row.path, row.action, row.kind, row.status, row.report, row.at, row.body)


def _action(row: rows.ActionRow) -> _Values:
    duration = row.duration_s
    if duration is None and row.started_at is not None and row.ended_at is not None:
        duration = row.ended_at - row.started_at
    own = (row.action_type, row.status, row.started_at, row.ended_at, duration, row.reason)
    return (
        row.causal_id,
        row.path,
        row.parent,
        *own,
        row.done,
        row.total,
        row.unit,
        row.seq,
        row.last_message_at,
    )


def _fill_durations(cursor: CursorWrapper, causal_ids: Sequence[str]) -> None:
    for part in _parts(causal_ids):
        cursor.execute(_LATE_DURATIONS.format(placeholders=", ".join(["%s"] * len(part))), part)


def _parts(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _ROWS_PER_STATEMENT):
        yield values[start : start + _ROWS_PER_STATEMENT]
