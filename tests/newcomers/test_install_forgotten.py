"""eliot-progress: who forgets to say where reports go is told so, once in each process."""

from __future__ import annotations

import pytest

from tests.newcomers.newcomer import Newcomer, blocks, section, start_project
from tests.newcomers.test_bar_in_a_page import WORKER
from tests.waiting import wait_until

BLOCKS = blocks(section("eliot_progress", "A bar in a page of a Django project"))
WARNING = "Progress is reported in this process, but nothing receives it."
SEND = "import mysite; from movies.tasks import render; [render.delay(7) for _ in range(3)]"
HERE = "from movies.tasks import render; render(7); render(8)"


@pytest.fixture
def project(newcomer: Newcomer, wheels, broker):
    """A stock project that has the README's task, and neither settings nor `install`."""
    newcomer.environment["BROKER"] = broker
    newcomer.install("eliot-progress[django]", "celery[redis]", wheels=wheels("eliot_progress"))
    start_project(newcomer)
    for block in BLOCKS:
        if block.file.endswith("tasks.py"):
            newcomer.follow(block)
    newcomer.write("go_on", "")
    return newcomer


def test_a_worker_says_once_that_nothing_receives_the_reports(project):
    with project.started(*WORKER, "--loglevel", "INFO"):
        project.run("python", "-c", SEND)
        wait_until(lambda: project.output().count("succeeded in") == 3, "three tasks")
    assert project.output().count(WARNING) == 1


@pytest.mark.parametrize("command", ["manage.py shell", "-c"])
def test_a_script_says_so_on_stderr(project, command):
    typed = f"import django; django.setup(); {HERE}" if command == "-c" else HERE
    end = f"-c '{typed}'" if command == "-c" else f"manage.py shell -c '{typed}'"
    setup = "export DJANGO_SETTINGS_MODULE=mysite.settings; "
    printed = project.type(f"{setup} python {end} 2>&1 >/dev/null")
    assert printed.count(WARNING) == 1
    assert "ELIOT_PROGRESS = {'RECORD': True}" in printed
