"""A pytest plugin that selects tests for `./dev test`.

`--database-only` selects the tests that use Django's database, which is known from their markers and
fixtures: only these can behave differently in a second run, on PostgreSQL. `--fast` leaves out fault suites
and tests marked `slow`. `--note-failed FILE` writes the node ids of the tests that fail, `--only-noted FILE`
selects these. The Hypothesis profile `fast` tries few examples.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

FIXTURES = frozenset({"db", "transactional_db", "live_server"})
#: `postgresql` marks what only PostgreSQL does.
MARKERS = ("django_db", "postgresql")

settings.register_profile(
    "fast", max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    parser.addoption("--database-only", action="store_true", help="run only tests that use Django's database")
    parser.addoption("--fast", action="store_true", help="run neither fault suites nor tests marked slow")
    parser.addoption("--note-failed", metavar="FILE", help="write the node ids of the tests that fail")
    parser.addoption("--only-noted", metavar="FILE", help="run only the tests that --note-failed wrote")


def pytest_configure(config: pytest.Config) -> None:
    """Note failed tests where the workers of xdist report to."""
    if (path := config.getoption("--note-failed")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Failed(Path(path)))


class _Failed:
    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            with self._path.open("a") as file:
                file.write(f"{report.nodeid}\n")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that the options leave out."""
    if config.getoption("--database-only"):
        _select(config, items, uses_database)
    if config.getoption("--fast"):
        _select(config, items, is_fast)
    if path := config.getoption("--only-noted"):
        noted = set(Path(path).read_text().splitlines())
        _select(config, items, lambda item: item.nodeid in noted)


def uses_database(item: pytest.Item) -> bool:
    """Return whether a test uses Django's database."""
    if any(item.get_closest_marker(name) for name in MARKERS):
        return True
    cls = getattr(item, "cls", None)
    if cls is not None and issubclass(cls, TransactionTestCase):
        return True
    return not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def is_fast(item: pytest.Item) -> bool:
    """Return whether a test belongs to `--fast`."""
    return item.get_closest_marker("slow") is None and "faults" not in item.path.parts


def _select(config: pytest.Config, items: list[pytest.Item], chosen: Callable[[pytest.Item], bool]) -> None:
    others = [item for item in items if not chosen(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if chosen(item)]
