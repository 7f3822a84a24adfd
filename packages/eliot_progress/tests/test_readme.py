from __future__ import annotations

import os
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


FILES = {
    block.split(maxsplit=2)[1].rstrip(","): block
    for block in re.findall(r"```py\n(.*?)```", README, re.DOTALL)
}
CELERY = """
import os
from celery import Celery
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
app = Celery("mysite", task_always_eager=True)
app.autodiscover_tasks()
"""

FOUND = """
import django
django.setup()
from eliot_progress.django.search import Query, find
print(*sorted({hit.kind for hit in find(Query(text="movies.Movie:7")).hits}))
"""


@pytest.mark.slow
def test_a_new_project_with_the_readmes_additions_logs_a_task_and_finds_it_again(tmp_path):
    def run(*command):
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "mysite.settings"}
        return subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    run("-m", "django", "startproject", "mysite", ".", "--settings", "django.conf.global_settings")
    (tmp_path / "movies").mkdir()
    (tmp_path / "mysite" / "__init__.py").write_text("from mysite.celery import app")
    (tmp_path / "mysite" / "celery.py").write_text(CELERY)
    for name, addition in FILES.items():
        with (tmp_path / name).open("a") as file:
            file.write(addition)
    run("manage.py", "migrate", "--database", "log")
    run("-c", "import django; django.setup(); from movies.tasks import render; render.delay(7, by='editor')")
    tree = run("-c", "from eliot_progress.cli import main; main(['tree', 'log.jsonl'])").splitlines()
    assert tree[1].startswith("celery:task succeeded")
    assert tree[2].startswith("  render:movie succeeded")
    assert "[300/300 frame]" in tree[2]
    assert "0 lines were not eliot messages" in run("manage.py", "eliot_progress", "ingest", "log.jsonl")
    assert run("-c", FOUND) == "progress render:movie\n"


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
