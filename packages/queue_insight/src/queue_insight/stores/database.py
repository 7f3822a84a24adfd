"""A store in one of the project's databases. The database's clock measures leases and ages."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, connections, transaction
from django.db.models import F
from django.db.models.functions import Now

from queue_insight import refusals
from queue_insight.collector_state import KEPT, KEPT_S, Part
from queue_insight.errors import (
    LeaseLostError,
    StoreNotMigratedError,
    StoreRefusedError,
    StoreUnreachableError,
)
from queue_insight.models import CollectorLease, CollectorRecord
from queue_insight.stores.base import Lease, StoredRecords

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from queue_insight.stores.base import Changes

#: The part of the header, which is a record too, so that one statement reads a state as a whole.
HEADER: Final = "header"
#: Records in one statement.
BATCH: Final = 500


class DatabaseStore:
    """Keeps the records of one collector in the tables of this app.

    Args:
        alias: the database's name in DATABASES.
        key_prefix: tells apart the collectors that share a database.
    """

    keeps_notes = False

    def __init__(self, alias: str = "default", *, key_prefix: str = "queue-insight") -> None:
        self._alias = alias
        self._prefix = key_prefix

    def acquire(self, holder: str, *, lease_s: float) -> Lease:
        """Return the lease: this holder's with a new token, unless another one holds it.

        Raises:
            StoreUnreachableError: the database did not respond.
        """
        with self._writing() as (lease, now):
            if lease.holder in {"", holder} or lease.ends_at is None or now >= lease.ends_at:
                lease.holder, lease.token = holder, lease.token + 1
                lease.ends_at = now + timedelta(seconds=lease_s)
                lease.save(using=self._alias, update_fields=["holder", "token", "ends_at"])
            return Lease(holder=lease.holder, token=lease.token)

    def release(self, token: int) -> None:
        """End the lease, unless it has another token.

        Raises:
            StoreUnreachableError: the database did not respond.
        """
        with self._reachable():
            self._lease().filter(token=token).update(holder="")

    def write(self, changes: Changes, *, token: int, lease_s: float, retention_s: float) -> None:
        """Write the changes and renew the lease in one transaction.

        Raises:
            LeaseLostError: the lease has another token.
            StoreUnreachableError: the database did not respond.
        """
        with self._writing() as (lease, now):
            if lease.token != token or not lease.holder:
                raise LeaseLostError
            records = self._records().filter(lease=lease)
            if changes.replace or _is_over(lease.expires_at, now):
                records.exclude(part__in=KEPT).delete()
            if _is_over(lease.kept_until, now):
                records.delete()
            lease.written_at = now
            lease.ends_at = now + timedelta(seconds=lease_s)
            lease.expires_at = now + timedelta(seconds=retention_s)
            lease.kept_until = now + timedelta(seconds=KEPT_S)
            lease.save(using=self._alias)
            for part, changed in changes.records.items():
                gone = [_bytes(key) for key, record in changed.items() if record is None]
                for keys in _batches(gone):
                    records.filter(part=part, key__in=keys).delete()
            self._records().bulk_create(
                _rows(lease, changes),
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["lease", "part", "key"],
                update_fields=["record"],
            )

    def read(self, parts: Collection[Part]) -> StoredRecords | None:
        """Return the header and all records of these parts, by one statement.

        Raises:
            StoreUnreachableError: the database did not respond.
        """
        found: dict[str, dict[str, bytes]] = {part: {} for part in (HEADER, *parts)}
        age_s = 0.0
        with self._reachable():
            rows = self._current(HEADER).filter(part__in=[HEADER, *parts])
            columns = rows.values_list("part", "key", "record", Now() - F("lease__written_at"))
            for part, key, record, age in columns:
                found[part][_text(key)] = bytes(record)
                age_s = age.total_seconds()
        header = found.pop(HEADER)
        if not header:
            return None
        return StoredRecords(
            header=header[""], age_s=max(0.0, age_s), records={Part(part): of for part, of in found.items()}
        )

    def read_records(self, part: Part, keys: Collection[str] | None) -> Mapping[str, bytes]:
        """Return the records of the part under these keys; None: all.

        Raises:
            StoreUnreachableError: the database did not respond.
        """
        found: dict[str, bytes] = {}
        rows = self._current(part).filter(part=part).values_list("key", "record")
        chosen = (
            [rows]
            if keys is None
            else [rows.filter(key__in=batch) for batch in _batches([_bytes(key) for key in keys])]
        )
        with self._reachable():
            for batch in chosen:
                found.update((_text(key), bytes(record)) for key, record in batch)
        return found

    def task_ids(self, *, prefix: str = "", after: str = "", limit: int) -> Sequence[str]:
        """Return the first ids that begin with `prefix` and follow `after`.

        Raises:
            StoreUnreachableError: the database did not respond.
        """
        begin = _bytes(prefix)
        rows = self._current(Part.TASKS).filter(part=Part.TASKS, key__gt=_bytes(after), key__gte=begin)
        if begin:
            # No UTF-8 has this byte.
            rows = rows.filter(key__lt=begin + b"\xff")
        with self._reachable():
            return [_text(key) for key in rows.order_by("key").values_list("key", flat=True)[:limit]]

    def note_sent(self, notes: Mapping[str, bytes], *, causes: Mapping[str, str], most: int) -> None:
        """Keep nothing: each process that sends tasks would write here, from a thread of its own."""

    def caused(self, causal_id: str, *, limit: int) -> Sequence[str]:  # noqa: ARG002 - the Protocol's
        """Return nothing."""
        return ()

    def read_sent(self, ids: Collection[str]) -> Mapping[str, bytes]:  # noqa: ARG002 - the Protocol's
        """Return nothing."""
        return {}

    def _lease(self) -> QuerySet[CollectorLease]:
        return CollectorLease.objects.using(self._alias).filter(prefix=self._prefix)

    def _records(self) -> QuerySet[CollectorRecord]:
        return CollectorRecord.objects.using(self._alias)

    def _current(self, part: str) -> QuerySet[CollectorRecord]:
        until = "lease__kept_until__gt" if part in KEPT else "lease__expires_at__gt"
        return self._records().filter(**{"lease__prefix": self._prefix, until: Now()})

    @contextmanager
    def _writing(self) -> Iterator[tuple[CollectorLease, datetime]]:
        """Lock the lease for this transaction, and return it with the database's time."""
        with self._reachable(), transaction.atomic(using=self._alias):
            # An update comes first: it locks the row, and on SQLite the database.
            while not self._lease().update(token=F("token")):
                CollectorLease.objects.using(self._alias).bulk_create(
                    [CollectorLease(prefix=self._prefix)], ignore_conflicts=True
                )
            lease = self._lease().annotate(now=Now()).get()
            yield lease, lease.now

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        connection = connections[self._alias]
        # Inside of somebody's transaction, a savepoint: an error here does not break it.
        guard = transaction.atomic(using=self._alias) if connection.in_atomic_block else nullcontext()
        try:
            with guard:
                yield
        except DatabaseError as error:
            where = f"database {self._alias!r}"
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            if not self._is_migrated():
                raise StoreNotMigratedError(where) from error
            refusal = refusals.of_database(error)
            if refusal is None:
                raise StoreUnreachableError(where, error) from error
            setting = f"DATABASES[{self._alias!r}]"
            raise StoreRefusedError(where, error, refusal, setting=setting) from error

    def _is_migrated(self) -> bool:
        """Whether the tables are there, as far as the database says."""
        try:
            tables = connections[self._alias].introspection.table_names()
        except DatabaseError:
            return True
        return CollectorRecord._meta.db_table in tables


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and now >= until


def _rows(lease: CollectorLease, changes: Changes) -> list[CollectorRecord]:
    found = {(HEADER, b""): changes.header}
    for part, changed in changes.records.items():
        found |= {(part, _bytes(key)): record for key, record in changed.items() if record is not None}
    return [
        CollectorRecord(lease=lease, part=part, key=key, record=record)
        for (part, key), record in found.items()
    ]


def _batches(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "replace")


def _text(key: bytes | memoryview[int]) -> str:
    return bytes(key).decode("utf-8", "replace")
