"""A test that fails in `./dev test` runs once more; its last run counts, and the report names both."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
TESTS = """
from pathlib import Path

def test_that_lasts():
    assert False

def test_that_goes():
    there = Path("there").exists()
    Path("there").touch()
    assert there

def test_that_holds():
    pass
"""


@pytest.fixture
def suite(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").touch()
    (tmp_path / "reports").mkdir()
    return tmp_path


def run(suite, *options):
    """Run pytest in a process of its own: scripts are no package. Return its exit code."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "test_selection",
        "-p",
        "no:cacheprovider",
        *options,
    ]
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    return subprocess.run(command, cwd=suite, env=env, capture_output=True, check=False).returncode


def reported(suite):
    asked = "from pathlib import Path\nfrom reports import broken_tests, counts\n"
    asked += "print(counts(Path('reports')), *broken_tests(Path('reports')), sep='\\n')"
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    command = [sys.executable, "-c", asked]
    return subprocess.run(command, cwd=suite, env=env, check=True, capture_output=True, text=True).stdout


def test_only_those_that_failed_run_once_more_and_their_last_run_counts(suite):
    assert run(suite, "--junitxml=reports/it.xml", "--note-failed=noted") == 1
    assert sorted((suite / "noted").read_text().splitlines()) == [
        "test_it.py::test_that_goes",
        "test_it.py::test_that_lasts",
    ]
    assert reported(suite).splitlines()[0] == "(1, 2, 0)"
    assert run(suite, "--junitxml=reports/it.again.xml", "--only-noted=noted") == 1
    printed = reported(suite)
    assert printed.splitlines()[0] == "(2, 1, 0)"
    assert "Failed once, passed once more: test_it test_that_goes" in printed
    assert "passed once more: test_it test_that_lasts" not in printed
    assert "--- test_it test_that_goes (its first run): " in printed
