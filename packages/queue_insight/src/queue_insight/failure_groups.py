"""Groups failures by the type of the exception and its place in the code. Pure, with bounded memory."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from queue_insight.collector_state import ObservedFailures, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from queue_insight.collector_state import SentTask
    from queue_insight.tracebacks import Origin

#: Groups that are told apart. Of the others the rarest goes, and of those the one that failed last first.
MAX_GROUPS: Final = 200
#: Seconds until a group in which nothing failed any more is dropped.
RETENTION_S: Final = 31 * 86_400.0
#: Seconds between two writes.
WRITE_INTERVAL_S: Final = 5.0


class FailureGroups:
    """The failures so far. Times are epoch seconds by the collector's clock."""

    def __init__(self) -> None:
        self._groups: dict[str, ObservedFailures] = {}
        #: Groups whose record has changed, and those that were taken last.
        self._changed: set[str] = set()
        self._taken: set[str] = set()
        #: Ids of tasks that failed since what their senders noted was looked up.
        self._unresolved: dict[str, None] = {}
        self._write_due = 0.0
        #: Groups that were dropped to keep memory bounded.
        self.evicted = 0

    def clear(self) -> None:
        """Forget all, which another collector counts."""
        self._groups.clear()
        self._changed.clear()
        self._taken.clear()

    def restore(self, groups: Mapping[str, ObservedFailures]) -> None:
        """Continue the groups of an earlier collector, with what failed just now."""
        recent, self._groups = self._groups, dict(groups)
        for key, group in recent.items():
            self._put(key, group)

    def add(self, origin: Origin, *, task_id: str, name: str, worker: str, message: str, at: float) -> None:
        """Take in that a task failed."""
        failed = ObservedFailures(
            exception=origin.exception,
            file=origin.file,
            function=origin.function,
            is_own=origin.is_own,
            line=origin.line,
            count=1,
            first_at=at,
            last_at=at,
            task_id=task_id,
            name=name,
            worker=worker,
            message=message,
        )
        self._put(_key(origin), failed)
        self._unresolved[task_id] = None
        if len(self._unresolved) > MAX_GROUPS:
            del self._unresolved[next(iter(self._unresolved))]

    def unresolved(self) -> list[str]:
        """Return the ids of the last tasks of the groups that failed since the last call."""
        unresolved, self._unresolved = self._unresolved, {}
        return list(unresolved)

    def resolve(self, sent: Mapping[str, SentTask]) -> None:
        """Take in what the senders of these tasks noted."""
        for key, group in self._groups.items():
            note = sent.get(group.task_id)
            if note is not None:
                causal_id, name = note.causal_id, group.name or note.name
                self._groups[key] = replace(group, causal_id=causal_id, name=name)
                self._changed.add(key)

    def expire(self, now: float) -> None:
        """Drop the groups in which nothing failed for 31 days."""
        for key in [key for key, group in self._groups.items() if group.last_at < now - RETENTION_S]:
            self._remove(key)

    def take_changed(self, now: float, *, again: bool, at_once: bool = False) -> dict[str, bytes | None]:
        """Return the records to write; `again` says that those that were taken last did not arrive.

        They are written every few seconds, or `at_once` by a collector that stops.
        """
        if again:
            self._changed |= self._taken | self._groups.keys()
        if now < self._write_due and not (again or at_once):
            return {}
        self._write_due = now + WRITE_INTERVAL_S
        self._taken, self._changed = self._changed, set()
        return dict(self._records(self._taken))

    def _records(self, keys: set[str]) -> Iterator[tuple[str, bytes | None]]:
        for key in keys:
            group = self._groups.get(key)
            yield key, None if group is None else encode(group)

    def _put(self, key: str, failed: ObservedFailures) -> None:
        known = self._groups.get(key)
        self._groups[key] = failed if known is None else _together(known, failed)
        self._changed.add(key)
        if len(self._groups) > MAX_GROUPS:
            others = (each for each in self._groups if each != key)
            self._remove(min(others, key=lambda each: (self._groups[each].count, self._groups[each].last_at)))
            self.evicted += 1

    def _remove(self, key: str) -> None:
        del self._groups[key]
        self._changed.add(key)


def _key(origin: Origin) -> str:
    # Without the line, which changes with every edit above it.
    place = f"{origin.exception}\0{origin.file}\0{origin.function}"
    return blake2b(place.encode(), digest_size=9).hexdigest()


def _together(one: ObservedFailures, other: ObservedFailures) -> ObservedFailures:
    earlier, later = (one, other) if one.last_at <= other.last_at else (other, one)
    return replace(later, count=one.count + other.count, first_at=min(earlier.first_at, later.first_at))
