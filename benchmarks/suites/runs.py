"""fsmlock's iterations: 10,000 items, with the worker killed 50 times at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites import Case, from_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Effort

_ITEMS, _KILLS = 10_000, 50


def run(effort: Effort) -> Iterator[Case]:
    """Run until all kills are done, however long it takes."""
    del effort
    env = {"FSMLOCK_FAULT_ITEMS": str(_ITEMS), "FSMLOCK_FAULT_KILLS": str(_KILLS)}
    for label, postgresql in (("SQLite", False), ("PostgreSQL", True)):
        yield from from_tests(
            "packages/fsmlock",
            "tests/faults/test_killed_runs.py",
            label=label,
            env=env,
            postgresql=postgresql,
        )
