"""In `./dev test` the garbage collector leaves out what was imported, and no more than that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "scripts"
TESTS = """
import gc
import weakref

class Knot:
    def __init__(self):
        self.itself = self

imported = Knot()

def test_what_was_imported_is_left_out():
    assert not any(each is imported for each in gc.get_objects())

def test_what_a_test_makes_is_collected():
    seen = weakref.ref(Knot())
    gc.collect()
    assert seen() is None
"""


def test_what_was_imported_is_left_out_and_what_tests_make_is_collected(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").touch()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "frozen_heap", "-p", "no:cacheprovider"]
    env = os.environ | {"PYTHONPATH": str(SCRIPTS)}
    ran = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines()[-1].startswith("2 passed"), ran.stdout
