"""What a camera gathers in a month without a network leaves it without costing it memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "agent.py"


def test_a_backlog_drains_without_growing_memory(tmp_path):
    """The benchmark lets 43,200 captures go, this one 3,000, in a process of its own."""
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
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["drained"] == 3000
    assert found["drain_growth_mib"] < 4
    assert list((tmp_path / "captures").iterdir()) == []
