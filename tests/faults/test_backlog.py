"""Delivering a month's backlog does not grow the agent's memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "agent.py"


def test_a_backlog_drains_without_growing_memory(tmp_path):
    """The benchmark delivers 43,200 captures, this test 3,000, in a separate process."""
    command = [
        sys.executable,
        str(BENCHMARK),
        "--child",
        "drain",
        "--folder",
        str(tmp_path),
        "--backlog",
        "3000",
    ]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(process.stdout)
    assert figures["drained"] == 3000
    assert figures["drain_growth_mib"] < 4
    assert list((tmp_path / "captures").iterdir()) == []
