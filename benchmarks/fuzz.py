"""Hostile requests and websocket messages: ``./dev bench fuzz [--minutes N] [--seed N] [--json]``.

Runs the tests of ``reference_app/tests/fuzz`` for longer than ``./dev test`` does: every GraphQL operation,
every address, and what a websocket may send. A fault's request and the seed that repeats it are printed; the
exit code is then 1. With ``--json`` the last line counts what was sent and the faults.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

APP = Path(__file__).parents[1] / "reference_app"
#: The tests that share the time: GraphQL, websockets (each as three viewers), and all other addresses.
SHARES = 3


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="in all (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="repeat a run (default: drawn from the clock)")
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    options = parser.parse_args()
    seed = options.seed or random.SystemRandom().randrange(1, 10**9)
    environment = os.environ | {
        "FUZZ_SECONDS": str(options.minutes * 60 / SHARES),
        "FUZZ_SEED": str(seed),
    }
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "tests/fuzz", "--tb=short"]
        ran = subprocess.run(
            [*command, "-o", "junit_family=xunit1", f"--junitxml={report}"],
            cwd=APP,
            env=environment,
            check=False,
        )
        if options.json:
            print(json.dumps(summary(report, seed)))
    return ran.returncode


def summary(report: Path, seed: int) -> dict[str, object]:
    """Return what each test sent, and whether all answers were planned."""
    tests = ET.parse(report).iter("testcase") if report.exists() else ()
    cases = [
        {
            "case": test.get("name"),
            "faults": len(test.findall("failure")) + len(test.findall("error")),
            **{each.get("name"): int(each.get("value", 0)) for each in test.iter("property")},
        }
        for test in tests
    ]
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    return {"name": "fuzz", "machine": machine, "seed": seed, "cases": cases}


if __name__ == "__main__":
    sys.exit(main())
