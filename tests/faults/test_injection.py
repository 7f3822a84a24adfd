"""The real agent against the real app with injected faults: no frame is lost or duplicated."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .proxy import FAULTS

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
#: Filling a disk needs root, and changing a clock needs libfaketime; `./dev test` installs it where possible.
AS_ROOT = {"agent's disk full", "server's disk full", "clock a day ahead", "clock a day behind"}


@pytest.mark.parametrize("arguments", [("1",), ("2",), ("3",), ("4", "--postgresql")], ids=" ".join)
def test_every_capture_is_stored_exactly_once_after_all_faults(arguments, tmp_path):
    process = subprocess.run(
        [sys.executable, "-m", "tests.faults.injection", "--keep", str(tmp_path), "--seed", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert process.stdout, process.stderr
    result = json.loads(process.stdout.splitlines()[-1])
    assert result["violations"] == []
    assert result["captures"] == 170
    database = {"database restarted"} if "--postgresql" in arguments else set()
    root = AS_ROOT if os.geteuid() == 0 else set()
    assert {*ALWAYS, *root, *database, *FAULTS} <= set(result["faults"])
