"""eliot-progress: one line puts a bar over a chain of a stock project, with each of its stores."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.newcomers.newcomer import Newcomer, blocks, commands, kill, section, start_project
from tests.newcomers.test_bar_in_a_page import BLOCKS as BAR
from tests.newcomers.test_bar_in_a_page import WORKER, served

BLOCKS = blocks(section("eliot_progress", "One bar over a chain, a group or a chord"))
#: The tasks that the project has already, beside the README's `render`.
TASKS = """

@shared_task
def check(movie):
    if movie == 8:
        raise LookupError("there are no frames")


@shared_task
def announce(movie):
    pass
"""
STORES = {
    "database": "",
    "redis": """
ELIOT_PROGRESS = {"RECORD": True, "STORE": "mysite.stores.states"}
""",
}
REDIS = """import os
from eliot_progress.stores.redis import RedisStore
states = RedisStore(os.environ["BROKER"])
"""


@pytest.fixture(params=STORES)
def project(request, tmp_path, wheels, broker):
    newcomer = Newcomer(tmp_path, {"BROKER": broker})
    install = next(line for block in BLOCKS for line in block.lines if "pip install" in line)
    extras = re.search(r"eliot-progress\[[^\]]+\]", install)[0]
    newcomer.install(extras, "celery[redis]", "uvicorn", wheels=wheels("eliot_progress"))
    start_project(newcomer)
    for block in [*BAR, *BLOCKS]:
        if block.file:
            newcomer.follow(block)
    newcomer.append("movies/tasks.py", TASKS)
    newcomer.append("mysite/settings.py", STORES[request.param])
    newcomer.write("mysite/stores.py", REDIS)
    migrate = next(
        line for block in BAR if block.language == "console" for line in commands(block) if "migrate" in line
    )
    newcomer.type(migrate)
    return newcomer


def publish(project, movie):
    project.shell(then=f"from movies.publishing import publish; publish({movie})")


def test_the_bar_counts_the_parts_names_what_runs_and_tells_of_a_killed_worker(project, visitor):
    page = visitor.page
    bar = page.locator("eliot-progress")
    with served(project, "asgi") as address:
        page.goto(address)
        publish(project, 7)
        expect(bar).to_contain_text("0 of 3 parts done")
        expect(bar.get_by_role("status")).to_have_text("waiting for the next part")
        with project.started(*WORKER) as worker:
            expect(bar).to_contain_text("1 of 3 parts done, now: Rendering")
            expect(bar.get_by_role("progressbar", name="Publish")).to_have_js_property("value", 46.7)
            expect(bar.get_by_role("status")).to_have_text("alive")
            (project.home / "go_on").touch()
            expect(bar.get_by_role("status")).to_have_text("done")
            expect(bar).to_contain_text("3 of 3 parts done")
            (project.home / "go_on").unlink()
            publish(project, 7)
            page.reload()
            expect(bar).to_contain_text("1 of 3 parts done, now: Rendering")
            kill(worker)
        expect(bar.get_by_role("status")).to_have_text("stalled: its process has ended or hangs")


def test_a_part_that_fails_is_the_bars_failure_with_its_reason(project, visitor):
    page = visitor.page
    project.write("movies/templates/movie.html", FAILING_PAGE)
    with served(project, "wsgi") as address, project.started(*WORKER):
        publish(project, 8)
        page.goto(address)
        expect(page.get_by_role("status")).to_have_text("failed: check: there are no frames")


FAILING_PAGE = """{% load eliot_progress %}<!doctype html><html lang="en"><title>Movie 8</title>
<main>{% progress "movies.Movie:8" %}</main></html>
"""
