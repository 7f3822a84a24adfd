"""Long fault injection: ``python benchmarks/faults.py [SUITE...] [--minutes N] [--seeds N] [--json]``.

Each suite is a module of ``benchmarks/suites``. A suite runs for ``--minutes`` (default: 2).
The last line of ``--json`` is one object; the exit code is 1 if there are violations.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import suites

if TYPE_CHECKING:
    from suites import Case


def main() -> int:
    known = {
        module.name: importlib.import_module(f"suites.{module.name}")
        for module in pkgutil.iter_modules(suites.__path__)
    }
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="suites:\n" + "\n".join(f"  {name:<8} {module.__doc__}" for name, module in known.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="default: all")
    parser.add_argument("--minutes", type=float, default=2.0, help="for each suite (default: 2)")
    parser.add_argument("--seeds", type=int, default=0, help="seeds, instead of minutes (suite agent)")
    parser.add_argument("--first-seed", type=int, default=1, help="first seed (suite agent; default: 1)")
    parser.add_argument("--at-once", type=int, default=1, help="seeds in parallel (suite agent; default: 1)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    unknown = [name for name in options.suites if name not in known]
    if unknown:
        parser.error(f"there is no suite {unknown[0]!r}. Known: {', '.join(known)}.")
    effort = suites.Effort(
        minutes=options.minutes,
        seeds=options.seeds,
        first_seed=options.first_seed,
        at_once=max(1, options.at_once),
    )
    found: list[dict[str, object]] = []
    for name in options.suites or known:
        for case in known[name].run(effort):
            found.append({"suite": name, **asdict(case)})
            show(name, case, as_json=options.json)
    if options.json:
        machine = f"{platform.machine()} {os.cpu_count()} cores, Python {platform.python_version()}"
        print(json.dumps({"name": "faults", "machine": machine, "cases": found}))
    return 1 if any(case["violations"] for case in found) else 0


def show(suite: str, case: Case, *, as_json: bool) -> None:
    """Print one line per finished case, on stderr if stdout is JSON."""
    out = sys.stderr if as_json else sys.stdout
    figures = ", ".join(f"{value} {name}" for name, value in case.figures.items())
    status = "FAIL" if case.violations else "ok  "
    print(f"{status} {suite}: {case.case} {case.seconds:6.1f} s  {figures}", file=out, flush=True)
    for violation in case.violations:
        print(violation, file=out, flush=True)


if __name__ == "__main__":
    sys.exit(main())
