"""The real agent against the real app while everything goes wrong, and not one frame is lost or doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .proxy import FATES

ROOT = Path(__file__).parents[2]
ALWAYS = {
    "agent killed",
    "web server killed",
    "worker killed",
    "Valkey killed",
    "agent stopped",
    "web server stopped",
    "network down",
    "token revoked",
}
#: Only root can fill a disk, and only libfaketime moves a clock: `./dev test` sees to both where it may.
AS_ROOT = {"agent's disk full", "server's disk full", "clock a day ahead", "clock a day behind"}


@pytest.mark.parametrize("arguments", [("1",), ("2",), ("3",), ("4", "--postgresql")], ids=" ".join)
def test_every_capture_is_in_the_store_exactly_once_after_a_storm(arguments, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.storm", "--keep", str(tmp_path), "--seed", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["violations"] == []
    assert found["captures"] == 170
    database = {"database restarted"} if "--postgresql" in arguments else set()
    root = AS_ROOT if os.geteuid() == 0 else set()
    assert {*ALWAYS, *root, *database, *FATES} <= set(found["faults"])
