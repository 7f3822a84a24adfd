"""queue-insight: the whole README, followed in a stock project in which only its wheel was installed."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import free_port
from tests.newcomers.newcomer import (
    Newcomer,
    blocks,
    commands,
    install_from,
    introduction,
    section,
    start_project,
)
from tests.waiting import wait_until

FIRST = blocks(introduction("queue_insight"))
INSTALL = blocks(section("queue_insight", "Install"))
WORKER, COLLECTOR = re.findall(r"^\d\. .*: `([^`]+)`", section("queue_insight", "Install"), re.MULTILINE)
PAGE, METRICS, (COMMAND,), *CODE = (
    blocks(section("queue_insight", heading))
    for heading in (
        "The page in the admin",
        "Metrics and health",
        "The command",
        "Reading less",
        "The publisher's hook",
        "What happened before",
        "What failed",
        "GraphQL",
    )
)
TOKEN = "a long secret"
MAX_LINES = 3
#: The work of the project: a task that goes on until a file says that it may end.
TASK = """
import time
from pathlib import Path

from celery import shared_task

@shared_task
def render(movie):
    while not Path("go_on").exists():
        time.sleep(0.02)
"""
SEND = "import mysite; from movies.tasks import render; print(*[render.delay(n).id for n in range(4)])"
MAKE_EDITOR = """
from django.contrib.auth.models import User
User.objects.create_superuser("editor", password="hidden")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory, wheels, broker):
    """A stock project with a database, and with a task that was sent and that no worker receives."""
    newcomer = Newcomer(tmp_path_factory.mktemp("queues"), {"BROKER": f"{broker.rstrip('/')}/3"})
    install_from(INSTALL[0], newcomer, wheels("queue_insight"))
    start_project(newcomer)
    newcomer.write("movies/tasks.py", TASK)
    newcomer.run("python", "manage.py", "migrate")
    for block in INSTALL[1:]:
        newcomer.follow(block)
    return newcomer


@pytest.fixture(scope="module")
def tasks(project):
    return project.run("python", "-c", SEND).split()


def running_tasks(document):
    return [task["id"] for task in json.loads(document)["running"]]


def answer(address, token=""):
    """Return the status and the text that the server answers."""
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""
    except urllib.error.URLError:
        return 0, ""


def test_two_lines_of_settings_show_what_waits_and_why_and_further_blocks_do_what_they_say(
    project, tasks, visitor, screenshot
):
    assert sum(len(block.lines) for block in INSTALL if block.language == "py") <= MAX_LINES
    shown = project.run("python", "manage.py", "queue_insight", "show")
    assert re.search(r"^celery +4 ", shown, re.MULTILINE)
    why = project.run("python", "manage.py", "queue_insight", "show", "--task", tasks[-1])
    assert "3 tasks are ahead of it in queue 'celery'" in why

    for block in [*PAGE, *METRICS]:
        project.follow(block)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with ExitStack() as running:
        running.enter_context(project.started(*WORKER.split(), "--concurrency", "1"))
        running.enter_context(project.started(*COLLECTOR.split()))
        running.enter_context(project.started("python", "manage.py", "runserver", "--noreload", str(port)))
        wait_until(lambda: answer(f"{address}/queues/healthz")[0] == 200, "the collector")
        overview = ("python", "manage.py", "queue_insight", "show", "--json")
        wait_until(lambda: running_tasks(project.run(*overview)) == tasks[:1], "the first task")

        for line in commands(COMMAND):
            if "queue_insight" in line and not line.endswith("top"):  # which needs a terminal
                said = project.type(line.replace("a25167ae", tasks[-1][:8]).replace("movies", "celery"))
                assert said
                if "--json" in line:
                    json.loads(said)
        asked = f"task_id = {tasks[-1]!r}\n"
        said = project.shell(
            *FIRST, *(block for part in CODE for block in part), before=asked + "\n" + MAKE_EDITOR
        )
        assert "celery" in said

        assert answer(f"{address}/queues/metrics")[0] == 403
        status, metrics = answer(f"{address}/queues/metrics", TOKEN)
        assert (status, 'celery_worker_tasks_active{hostname="celery@' in metrics) == (200, True)

        page = visitor.page
        page.goto(f"{address}/admin/")
        page.get_by_label("Username").fill("editor")
        page.get_by_label("Password").fill("hidden")
        page.get_by_role("button", name="Log in").click()
        page.get_by_role("link", name="Queues, tasks and workers").first.click()
        expect(page.get_by_role("link", name="movies.tasks.render").first).to_be_visible()
        screenshot(page, "newcomers-queues")
        (project.home / "go_on").touch()
        expect(page.get_by_text("movies.tasks.render")).to_have_count(0)
