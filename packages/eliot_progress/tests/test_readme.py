from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_block_of_the_readme_runs(number, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKS[number]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    if number == 0:
        assert done.stdout.startswith("120 300 encode (")
        assert done.stdout.endswith(" alive\n")


def test_code_comes_by_line_20():
    assert README.splitlines().index("```python") < 20


def test_the_core_imports_nothing_optional():
    code = (
        "import sys, eliot_progress, eliot_progress.stdlog, eliot_progress.cli, eliot_progress.schema\n"
        "optional = {'django', 'celery', 'channels', 'strawberry', 'redis', 'proglog', 'tqdm', 'asgiref'}\n"
        "print(sorted(optional & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
