"""eliot_progress: signals, garbage collection, forks and `__repr__` log while a message is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites import repeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Case, Effort


def run(effort: Effort) -> Iterator[Case]:
    """Interrupt real processes until the time is over."""
    yield from repeat("packages/eliot_progress", "tests/faults/test_interruptions.py", minutes=effort.minutes)
