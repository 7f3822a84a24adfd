"""fsmlock's stores: connections dropped, a store frozen, away or restarted, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites import repeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Case, Effort

_FAULTS = ("dropped_connections", "frozen_store", "stores_away", "restarts")
_TESTS = tuple(f"tests/faults/test_{name}.py" for name in _FAULTS)


def run(effort: Effort) -> Iterator[Case]:
    """Repeat the tests of these faults for half of the time on SQLite and Valkey, and half on PostgreSQL."""
    for label, postgresql in (("SQLite and Valkey", False), ("PostgreSQL", True)):
        yield from repeat(
            "packages/fsmlock", *_TESTS, minutes=effort.minutes / 2, label=label, postgresql=postgresql
        )
