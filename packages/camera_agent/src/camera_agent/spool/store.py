"""The spool: temporary file, fsync, rename, row in SQLite; then a capture survives until delivered."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from camera_agent.captures import EXTENSIONS, Capture, ExposureValue
from camera_agent.errors import SpoolError
from camera_agent.host.clock import ClockQuality
from camera_agent.spool import ballast, rows
from camera_agent.spool.clock_fixes import ClockFixes
from camera_agent.spool.command_results import CommandResults
from camera_agent.spool.counts import SpoolCounts, count
from camera_agent.spool.eviction import Evictor, Freed, Retention, bytes_to_free
from camera_agent.spool.files import store_durably
from camera_agent.spool.index import Index
from camera_agent.spool.key_values import KeyValues
from camera_agent.spool.numbering import Numbering
from camera_agent.spool.records import Records
from camera_agent.spool.recovery import Recovery, recover
from camera_agent.spool.rows import CaptureState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from camera_agent.host.clock import Instant

NEXT = "SELECT * FROM captures WHERE state = 0 AND sequence NOT IN ({claimed}) ORDER BY sequence LIMIT 1"
DAY_NS = 86_400 * 10**9
#: The name of the index within the spool's folder.
INDEX = "index.sqlite3"


class Spool:
    """Captures on disk below `folder`. Safe to use from several threads; one capturing process at a time.

    `on_damage` is called when the index turns out to be damaged.
    """

    def __init__(
        self,
        folder: Path,
        *,
        retention: Retention | None = None,
        on_damage: Callable[[], None] = lambda: None,
    ) -> None:
        self.folder = folder
        self._retention = retention or Retention()
        self.incoming = folder / "incoming"
        self.captures = folder / "captures"
        try:
            self.incoming.mkdir(parents=True, exist_ok=True)
            self.captures.mkdir(exist_ok=True)
        except OSError as error:
            raise SpoolError(
                f"The spool {folder} can't be made: {error.strerror}.",
                "Check that the card is writable and not full.",
            ) from error
        try:
            self.index = Index(folder / INDEX, on_damage=on_damage)
        except SpoolError:
            if not ballast.release(folder):
                raise
            self.index = Index(folder / INDEX, on_damage=on_damage)
        self._numbering = Numbering(folder / "sequence")
        self.clock_fixes, self.records = ClockFixes(self.index), Records(self.index)
        self.command_results, self.key_values = CommandResults(self.index), KeyValues(self.index)
        self._evictor = Evictor(self.index, self.path)
        self._claimed: set[int] = set()
        #: Notified when a capture is added or leaves.
        self.changed = threading.Condition()

    def recover(self, now: Instant) -> Recovery:
        """Make folder and index agree after any kind of stop. To be called once, before anything else."""
        with self._explaining("The spool can't be recovered"):
            self._numbering.begin(self.index, self.captures)
            return recover(
                self.index, incoming=self.incoming, captures=self.captures, now=now, path_of=self.path
            )

    def put(
        self,
        temporary: Path,
        *,
        capture: str,
        filename: str,
        filetype: str,
        captured_at: Instant,
        exposure: Mapping[str, ExposureValue],
        cause: Mapping[str, str] | None = None,
    ) -> Capture | None:
        """Store a finished temporary file; once this returns the capture survives a power cut.

        Deletes the file and returns None when a capture of that id was stored before. SpoolError when the
        card can't be written.
        """
        with self._explaining(f"The capture {capture} can't be written"):
            if self.index.one("SELECT 1 FROM captures WHERE capture = ?", capture):
                temporary.unlink()
                return None
            self._numbering.reserve(self.last_sequence() + 1)
            final = self._path(capture, filetype)
            size, sha256 = store_durably(temporary, final)
            try:
                stored = rows.insert(
                    self.index,
                    capture=capture,
                    filename=filename,
                    filetype=filetype,
                    size=size,
                    sha256=sha256,
                    captured_at=captured_at,
                    exposure=exposure,
                    cause=cause or {},
                )
            except SpoolError:
                # Without a row it is not stored; a restart would adopt it behind later captures.
                final.unlink(missing_ok=True)
                raise
        self._notify()
        return stored

    def next_pending(self, deferred: frozenset[int] = frozenset()) -> Capture | None:
        """Return the oldest pending capture that is neither claimed nor deferred."""
        with self.changed:
            claimed = tuple(self._claimed | deferred)
        marks = ", ".join("?" * len(claimed))
        row = self.index.one(NEXT.format(claimed=marks), *claimed)
        return rows.to_capture(row) if row else None

    def oldest_pending(self) -> int | None:
        """Return the sequence number of the oldest pending capture, claimed or not."""
        row = self.index.one("SELECT sequence FROM captures WHERE state = 0 ORDER BY sequence LIMIT 1")
        return int(row["sequence"]) if row else None

    def claim(self, deferred: frozenset[int] = frozenset()) -> Capture | None:
        """Claim the oldest pending capture: no other thread gets it until its release.

        Deferred captures, given by their sequence numbers, come after all others.
        """
        with self.changed:
            capture = self.next_pending(deferred) or (self.next_pending() if deferred else None)
            if capture is not None:
                self._claimed.add(capture.sequence)
            return capture

    def release(self, capture: Capture) -> None:
        """Release a claimed capture, delivered or not."""
        with self.changed:
            self._claimed.discard(capture.sequence)
            self.changed.notify_all()

    def is_pending(self, capture: str) -> bool:
        """Whether a capture of that id is pending."""
        return self.index.one("SELECT 1 FROM captures WHERE capture = ? AND state = 0", capture) is not None

    def path(self, capture: Capture) -> Path:
        """Return the path of a capture's picture."""
        return self._path(capture.capture, capture.filetype)

    def mark_attempted(self, capture: Capture) -> None:
        """Record that bytes may have reached the server; the next attempt queries the offset first."""
        self.index.change("UPDATE captures SET attempts = attempts + 1 WHERE sequence = ?", capture.sequence)

    def mark_delivered(self, capture: Capture) -> None:
        """Record that the server has stored a capture; delete its file unless delivered pictures are kept."""
        kept = self._retention.bytes > 0 and self.path(capture).exists()
        state = CaptureState.KEPT if kept else CaptureState.DELIVERED
        self.index.change("UPDATE captures SET state = ? WHERE sequence = ?", state, capture.sequence)
        if not kept:
            self.path(capture).unlink(missing_ok=True)
        self._notify()

    def mark_refused(self, capture: Capture, code: str, message: str) -> None:
        """Record that the server refuses a capture for good; its picture stays, but is not sent again."""
        self.index.change(
            "UPDATE captures SET state = ?, code = ?, message = ? WHERE sequence = ?",
            *(CaptureState.REFUSED, code, message, capture.sequence),
        )
        self._notify()

    def retry_refused(self) -> int:
        """Make the refused captures whose pictures are still here pending again; return how many."""
        count = self.index.change(
            "UPDATE captures SET state = 0, code = '', message = '' WHERE state = ?", CaptureState.REFUSED
        )
        self._notify()
        return count

    def mark_lost(self, capture: Capture, message: str) -> None:
        """Record that a capture's picture can't be read; it is not sent again."""
        self.index.change(
            "UPDATE captures SET state = ?, message = ? WHERE sequence = ? AND state = 0",
            *(CaptureState.LOST, message, capture.sequence),
        )
        self._notify()

    def mark_exported(self, captures: Iterable[Capture]) -> None:
        """Record that captures are on a USB drive as well."""
        with self.index.transaction() as index:
            index.executemany(
                "UPDATE captures SET exported = 1 WHERE sequence = ?", [(one.sequence,) for one in captures]
            )

    def drop(self, capture: Capture, state: CaptureState) -> None:
        """Delete a picture for good, whatever its state."""
        self._evictor.drop(capture, state)
        self._notify()

    def counts(self) -> SpoolCounts:
        """Return how much the spool holds, in constant time."""
        return count(self.index, self.key_values, self.records)

    def used_bytes(self) -> int:
        """Return the bytes of all pictures: pending, refused, kept."""
        return self.index.number("SELECT sum(bytes) FROM totals WHERE state IN (0, 2, 5)")

    def free_bytes(self, *, quota: int, reserve: int) -> int:
        """Return the bytes that fit before something has to be evicted."""
        free = shutil.disk_usage(self.folder).free - reserve
        return min(free, quota - self.used_bytes()) if quota else free

    def make_room(self, *, quota: int, reserve: int) -> Freed:
        """Evict pictures to stay below `quota` bytes (0: no limit) with `reserve` bytes of the disk free."""
        with self._explaining("Nothing can be evicted"):
            free = shutil.disk_usage(self.folder).free
            wanted = bytes_to_free(used=self.used_bytes(), quota=quota, free=free, reserve=reserve)
            return self._evictor.free(wanted, protected=frozenset(self._claimed))

    def expire_kept(self, now: Instant) -> int:
        """Delete delivered pictures that need not be kept any longer; return how many."""
        known = self._retention.days and now.quality is not ClockQuality.UNKNOWN
        before = now.wall_ns - int(self._retention.days * DAY_NS) if known else 0
        return self._evictor.expire_kept(limit=self._retention.bytes, before_ns=before)

    def latest(self) -> Capture | None:
        """Return the newest capture that still has a row."""
        row = self.index.one("SELECT * FROM captures ORDER BY sequence DESC LIMIT 1")
        return rows.to_capture(row) if row else None

    def last_sequence(self) -> int:
        """Return the sequence number of the newest capture ever; 0 before the first."""
        return self.index.number("SELECT seq FROM sqlite_sequence WHERE name = 'captures'")

    def prune_rows(self, keep: int = 1000) -> None:
        """Delete the rows of captures delivered or dropped and reported, except the newest `keep` of each.

        Keeps the room for the next start, too.
        """
        ballast.keep(self.folder)
        for state in (CaptureState.DELIVERED, CaptureState.DROPPED):
            self.index.change(
                "DELETE FROM captures WHERE state = ? AND (state <> 4 OR reported = 1) AND sequence <="
                " (SELECT sequence FROM captures WHERE state = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
                *(state, state, keep),
            )

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def _path(self, capture: str, filetype: str) -> Path:
        return self.captures / f"{capture}.{EXTENSIONS[filetype]}"

    def _notify(self) -> None:
        with self.changed:
            self.changed.notify_all()

    @contextmanager
    def _explaining(self, what: str) -> Iterator[None]:
        try:
            yield
        except (OSError, SpoolError) as error:
            why = error.message if isinstance(error, SpoolError) else f"{error}."
            raise SpoolError(
                f"{what} in {self.folder}: {why}", "Free some space or check the card."
            ) from error
