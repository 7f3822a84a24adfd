"""fsmlock's holds: 16 processes are killed and stopped at random; a checker reads their record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites import Case, from_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Effort

_HISTORY = "tests/faults/test_history.py"


def run(effort: Effort) -> Iterator[Case]:
    """Spend a third of the time on each of SQLite, Valkey and PostgreSQL."""
    seconds = {"FSMLOCK_FAULT_SECONDS": f"{effort.minutes * 60 / 3:.0f}"}
    yield from from_tests("packages/fsmlock", _HISTORY, label="SQLite and Valkey", env=seconds)
    yield from from_tests(
        "packages/fsmlock",
        _HISTORY,
        "-k",
        "not redis",
        label="PostgreSQL",
        env=seconds,
        postgresql=True,
    )
