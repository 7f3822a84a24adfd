"""Runs the parts of a benchmark, each in its own process and database, and prints the results."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

_WITH_POSTGRESQL = Path(__file__).resolve().parents[2] / "scripts" / "with_postgresql"
Case = dict[str, Any]


def run_part(part: str, *arguments: str) -> list[Case]:
    """Run this benchmark with ``--part`` in a new process and return the cases from its last line."""
    command = [sys.executable, sys.argv[0], "--part", part, *arguments]
    if part == "postgresql":
        command = [sys.executable, str(_WITH_POSTGRESQL), *command]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    cases: list[Case] = json.loads(process.stdout.splitlines()[-1])
    return cases


def show(name: str, cases: Sequence[Case], *, as_json: bool) -> None:
    """Print the cases as one JSON object or as a table."""
    if as_json:
        machine = f"{platform.machine()} {os.cpu_count()} cores, Python {platform.python_version()}"
        print(json.dumps({"name": name, "machine": machine, "cases": cases}))
        return
    for case in cases:
        sign = "<=" if case["better"] == "lower" else ">="
        peer = "" if case["peer"] is None else f"peer {_short(case['peer'])}"
        ratio = "" if case["ratio"] is None else f"ratio {case['ratio']:.3g}"
        figures = f"ours {_short(case['ours']):>7}  {peer:<14} {case['unit']:<10} {ratio:<11}"
        print(f"{case['case']:<66} {figures} goal {sign} {case['goal']}")


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.3g}"


def database(folder: str) -> dict[str, Any]:
    """Return Django's settings of the part's database: the server in DATABASE_URL, or a file."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/bench.sqlite3", "OPTIONS": options}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "postgres",
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
