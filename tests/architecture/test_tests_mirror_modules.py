"""The tests of a module are at the same place as the module."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERS = {
    "packages/fsmlock": "fsmlock",
    "packages/eliot_progress": "eliot_progress",
    "packages/queue_insight": "queue_insight",
    "packages/camera_agent": "camera_agent",
    "reference_app": "timelapse",
}
#: Tests of several modules: fault injection, third-party clients, the README's code, the imported package.
CROSSING = {"faults", "flows", "fuzz", "third_party_clients", "test_readme.py", "test_package.py"}


def modules(member: str) -> set[Path]:
    source = ROOT / member / "src" / MEMBERS[member]
    files = {path.relative_to(source) for path in source.rglob("*.py") if "migrations" not in path.parts}
    others = (path for kind in ("*.js", "*.json") for path in source.rglob(kind))
    files |= {path.relative_to(source).with_suffix(".py") for path in others}
    return files | {path.parent for path in files}


@pytest.mark.parametrize("member", MEMBERS)
def test_every_test_file_is_named_after_a_module(member):
    tests = ROOT / member / "tests"
    known = modules(member)
    unmatched = [
        str(path.relative_to(ROOT))
        for path in tests.rglob("test_*.py")
        if not CROSSING & set(path.relative_to(tests).parts) and not _mirrors(path.relative_to(tests), known)
    ]
    assert unmatched == []


def _mirrors(test: Path, known: set[Path]) -> bool:
    name = test.name.removeprefix("test_")
    return test.with_name(name) in known or test.with_name(name.removesuffix(".py")) in known
