"""The agent's spool: power lost at each write, an index with damaged pages, weeks without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from suites import repeat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from suites import Case, Effort

_TESTS = (
    "tests/faults/test_power.py",
    "tests/spool/test_damage.py",
    "tests/spool/test_recovery.py",
    "tests/host/test_clock.py::test_weeks_offline_end_with_the_servers_time_and_then_with_the_networks",
    "tests/test_agent.py::test_a_damaged_index_ends_nothing_and_no_number_is_used_twice",
    "tests/test_agent.py::test_offline_it_films_into_its_spool_and_delivers_when_the_network_is_back",
)


def run(effort: Effort) -> Iterator[Case]:
    """Repeat the tests of these faults until the time is over."""
    yield from repeat("packages/camera_agent", *_TESTS, minutes=effort.minutes)
