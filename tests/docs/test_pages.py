"""Every block of Python on these pages runs, from top to bottom."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = "packages/fsmlock/README.md"
CONVENTIONS = [
    f"docs/conventions/{name}.md"
    for name in ("states", "locks", "policies", "inheritance", "long-work", "reasons", "testing-long-work")
]


@pytest.mark.parametrize("page", [*CONVENTIONS, "docs/tutorial/thousand-mails.md"])
def test_the_code_of_a_page_runs(page):
    runner = Path(__file__).with_name("run_page.py")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(runner), str(ROOT / page)],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"[1-9]\d* blocks ran", done.stdout)


@pytest.mark.parametrize("page", CONVENTIONS)
def test_each_convention_shows_before_and_after(page):
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert headings[:2] == ["Before", "After"]


def test_the_readme_shows_code_in_the_first_twenty_lines():
    lines = (ROOT / README).read_text("utf-8").splitlines()
    assert lines.index("```py") < lines.index("```") <= 20
    assert "## When not to use it" in lines


def test_the_diagrams_match_the_code():
    code = (
        "from django.conf import settings; import django\n"
        "settings.configure(INSTALLED_APPS=['django.contrib.contenttypes', 'fsmlock']); django.setup()\n"
        "from fsmlock.diagrams import svg; from fsmlock.lifecycle import Lifecycle\n"
        "from fsmlock.models import Run\n"
        "print(svg(Lifecycle) + svg(Run), end='')"
    )
    drawn = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    images = ROOT / "docs/images"
    assert drawn == "".join(
        (images / f"states-{name}.svg").read_text("utf-8") for name in ("lifecycle", "run")
    )
