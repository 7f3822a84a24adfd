"""The interface of a store, where the collector saves what it knows for all readers.

A store keeps one header and any number of records, each under a part and a key. The collector writes only the
records that have changed, and a reader reads only those that it needs.

Several collectors may run, of which one writes: the one that holds the lease. Each hold of the lease has a
token, greater than those before, and the store refuses a write with any but the last token. So a collector
that was suspended beyond its lease, and replaced, can't overwrite what its successor wrote.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from queue_insight.collector_state import Part


#: Seconds after the last note of a sender until all of them are deleted.
NOTES_KEPT_S: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who may write."""

    holder: str
    #: Grows with each hold.
    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a write changes."""

    header: bytes
    #: By part and key: the new record, never empty; None deletes it.
    records: Mapping[Part, Mapping[str, bytes | None]] = field(default_factory=dict)
    #: Whether all records that are not named are deleted, but those of `KEPT` parts.
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecords:
    """The header, the records of the parts that were asked for, and their age."""

    header: bytes
    #: Seconds since the last write, by the store's clock, since those of reader and collector may differ.
    age_s: float
    records: Mapping[Part, Mapping[str, bytes]]


class Store(Protocol):
    """Stores the records of one collector.

    An implementation passes `queue_insight.testing.stores.StoreConformance`.
    Every method raises StoreUnreachableError when the store does not respond.
    """

    #: Whether it keeps what senders note; a database doesn't, into which each sender would write.
    keeps_notes: bool

    def acquire(self, holder: str, *, lease_s: float) -> Lease:
        """Return the lease: another's if that one holds it, else this holder's with a new token.

        It lasts `lease_s` seconds, by the store's clock, after this call or after the last write.
        """
        ...

    def release(self, token: int) -> None:
        """End the lease, unless it has another token."""
        ...

    def write(self, changes: Changes, *, token: int, lease_s: float, retention_s: float) -> None:
        """Write the changes as a whole and renew the lease; delete everything after `retention_s` seconds.

        Records of the parts `KEPT` are deleted only after `KEPT_S`, and so not with the header.

        Raises:
            LeaseLostError: the lease has another token; nothing was written.
        """
        ...

    def read(self, parts: Collection[Part]) -> StoredRecords | None:
        """Return the header and all records of these parts; None when nothing was written or all has expired.

        Tasks and history are not among the parts that may be asked for: there are too many of them.
        """
        ...

    def read_records(self, part: Part, keys: Collection[str] | None) -> Mapping[str, bytes]:
        """Return the records of the part under these keys, without those that aren't there.

        None returns all of them, for parts that the collector bounds.
        """
        ...

    def task_ids(self, *, prefix: str = "", after: str = "", limit: int) -> Sequence[str]:
        """Return the first ids by their UTF-8 bytes that begin with `prefix` and follow `after`."""
        ...

    def note_sent(self, notes: Mapping[str, bytes], *, causes: Mapping[str, str], most: int) -> None:
        """Keep what senders noted of these tasks by their ids, for seven days after the last note.

        `causes` are the causal ids of those of them that have one, by the tasks' ids.

        A store that keeps no notes does nothing. At least the last `most // 2` notes are kept, and at most
        `most` and those of one call. It needs no lease, since any process sends tasks.
        """
        ...

    def caused(self, causal_id: str, *, limit: int) -> Sequence[str]:
        """Return ids of tasks that were noted with this causal id, at most so many."""
        ...

    def read_sent(self, ids: Collection[str]) -> Mapping[str, bytes]:
        """Return what senders noted of these tasks, without those of which nothing is kept."""
        ...
