"""Hostile requests for every GraphQL operation and address: ``./dev bench fuzz [--minutes N] [--seed N]``.

Runs the tests of ``reference_app/tests/fuzz`` for longer than ``./dev test`` does. A fault's request and the
seed that repeats it are printed; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

APP = Path(__file__).parents[1] / "reference_app"
#: The tests that share the time: GraphQL for three viewers, and all other addresses.
SHARES = 2


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="in all (default: 10)")
    parser.add_argument("--seed", type=int, default=0, help="repeat a run (default: drawn from the clock)")
    parser.add_argument("--json", action="store_true", help="accepted like by every benchmark; no effect")
    options = parser.parse_args()
    seconds = options.minutes * 60 / SHARES
    environment = os.environ | {"FUZZ_SECONDS": str(seconds), "FUZZ_SEED": str(options.seed)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "tests/fuzz", "--tb=short"]
    return subprocess.run(command, cwd=APP, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
