"""What pytest and vitest report: a file `SUITE.xml` each, and `SUITE.again.xml` of what ran once more."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element


def counts(folder: Path) -> tuple[int, int, int]:
    """Return how many tests passed, failed and were skipped, by the last run of each."""
    passed = broken = skipped = 0
    for path in first_reports(folder):
        tests, bad, left_out = totals(path)
        if second_report(path).exists():
            _, bad, _ = totals(second_report(path))
        passed += tests - bad - left_out
        broken += bad
        skipped += left_out
    return passed, broken, skipped


def first_reports(folder: Path) -> list[Path]:
    """Return the paths of the reports on whole suites."""
    return [path for path in folder.glob("*.xml") if not path.name.endswith(".again.xml")]


def second_report(path: Path) -> Path:
    """Return the path of the report on the tests that failed and ran once more."""
    return path.with_suffix(".again.xml")


def totals(path: Path) -> tuple[int, int, int]:
    """Return how many tests a report has, how many of them failed, and how many were skipped."""
    suites = list(ET.parse(path).iter("testsuite"))  # noqa: S314 -- our own
    tests, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    )
    return tests, failures + errors, skipped


def broken_tests(folder: Path) -> Iterator[str]:
    """Yield each failed test with the end of its output, which is easily overlooked further up.

    The outcome is that of the last run. A test that failed only once has a fault, or found one that is rare.
    """
    for path in first_reports(folder):
        again = second_report(path).exists()
        for case, problem in problems(path):
            yield f"\n--- {case}{' (its first run)' * again}: {(problem.get('message') or '')[:1000]}"
            yield (problem.text or "")[-2000:]
        if again:
            lasting = {case for case, _ in problems(second_report(path))}
            for case in sorted({case for case, _ in problems(path)} - lasting):
                yield f"\nFailed once, passed once more: {case}"


def problems(path: Path) -> Iterator[tuple[str, Element]]:
    """Yield the name of each test that failed by a report, with what went wrong."""
    for case in ET.parse(path).iter("testcase"):  # noqa: S314 -- our own
        for problem in (*case.findall("failure"), *case.findall("error")):
            yield f"{case.get('classname')} {case.get('name')}", problem
