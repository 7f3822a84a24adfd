from __future__ import annotations

import re
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest

import queue_insight
from queue_insight import sending


def test_the_public_names_are_these():
    assert queue_insight.__all__ == [
        "Drain",
        "DrainState",
        "FinishedTask",
        "QueueState",
        "Reason",
        "SentNote",
        "Snapshot",
        "TaskInfo",
        "TaskState",
        "WorkerInfo",
        "WorkerState",
        "diagnose",
        "install",
        "snapshot",
    ]
    assert list(signature(queue_insight.snapshot).parameters) == [
        "app",
        "store",
        "tasks",
        "overview",
        "queues",
        "peek",
        "clock",
    ]
    assert list(signature(queue_insight.diagnose).parameters) == ["task_id", "snapshot"]


def test_importing_needs_no_settings_and_nothing_optional():
    code = (
        "import sys, queue_insight; optional = {'redis', 'strawberry', 'channels'} & sys.modules.keys(); "
        "assert not optional, optional"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={})


ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "conventions" / "queues.md"


def blocks(page: Path) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def test_the_readme_shows_code_by_line_20_and_it_runs(app, with_publish_time, capsys):
    readme = Path(__file__).parents[1] / "README.md"
    assert "```python" in "".join(readme.read_text().splitlines(keepends=True)[:20])
    app.set_current()
    app.send_task("work.do")
    names = {"task_id": app.send_task("work.do").id}
    try:
        for block in blocks(readme):
            exec(block, names)
    finally:
        sending.uninstall()
    assert "1 task is ahead of it in queue 'celery'." in capsys.readouterr().out


@pytest.mark.skipif(not PAGE.exists(), reason="the package is tested alone, without the site")
def test_the_page_of_the_convention_runs(app):
    app.set_current()
    names: dict[str, object] = {}
    for block in blocks(PAGE):
        exec(block, names)
    names["test_the_page_says_how_many_are_ahead_of_it"]()
    assert names["why_not_yet"](["nowhere"])["nowhere"][0].startswith("Where it is, is not known")
