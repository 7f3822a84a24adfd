"""eliot-progress: the README's few lines put a live bar into a page of a stock project."""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import free_port
from tests.journeys.test_accessibility import in_each_scheme, violations
from tests.newcomers.newcomer import Newcomer, blocks, commands, kill, section, start_project
from tests.waiting import wait_until

SECTION = section("eliot_progress", "A bar in a page of a Django project")
BLOCKS = blocks(SECTION)
#: Lines that a project with a task and a page has to add or change.
MAX_LINES = 8
WORKER = ("celery", "-A", "mysite", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle")


@pytest.fixture(scope="module")
def project(tmp_path_factory, wheels, broker):
    """A stock project with Celery in which everything was done that the section says."""
    newcomer = Newcomer(tmp_path_factory.mktemp("bar"), {"BROKER": broker})
    extras = re.search(r"pip install [\"'](eliot-progress\[[^\]]+\])", SECTION)
    newcomer.install(extras[1], "celery[redis]", "uvicorn", wheels=wheels("eliot_progress"))
    start_project(newcomer)
    for block in BLOCKS:
        if block.file:
            newcomer.follow(block)
        elif block.language == "console":
            for line in commands(block):
                if "pip install" not in line:
                    newcomer.type(line)
    return newcomer


@contextmanager
def served(project, kind):
    """Serve the project as `runserver` or an ASGI server does; yield its address."""
    port = free_port()
    servers = {
        "wsgi": ("python", "manage.py", "runserver", "--noreload", str(port)),
        "asgi": ("uvicorn", "--port", str(port), "mysite.with_static:application"),
    }
    with project.started(*servers[kind]):
        wait_until(lambda: is_open(port), "the server")
        yield f"http://127.0.0.1:{port}/"


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def render(project):
    project.run("python", "-c", "import mysite; from movies.tasks import render; render.delay(7)")


def test_no_more_lines_than_promised_have_to_be_written():
    tasks = [line for block in BLOCKS if block.file.endswith("tasks.py") for line in block.lines]
    others = [
        line
        for block in BLOCKS
        if block.file and block.file[-8:] not in ("tasks.py", "vie.html")
        for line in block.lines
    ]
    page = [
        line for block in BLOCKS if block.file.endswith(".html") for line in block.lines if "progress" in line
    ]
    assert len(others) + len(page) + len([line for line in tasks if "progress" in line]) <= MAX_LINES


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_the_bar_follows_the_work_to_what_came_out_and_tells_when_its_worker_was_killed(
    project, visitor, screenshot, kind
):
    (project.home / "go_on").unlink(missing_ok=True)
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.resource_type))
    bar = page.locator("eliot-progress")
    with served(project, kind) as address:
        with project.started(*WORKER) as worker:
            page.goto(address)
            render(project)
            expect(bar).to_contain_text("120 / 300 frame")
            expect(bar).to_contain_text("alive")
            expect(bar).to_contain_text(re.compile(r"\d.* to \d.* left"))
            expect(bar.get_by_role("progressbar", name="Rendering")).to_have_js_property("value", 40)
            expect(bar.get_by_role("link")).to_have_count(0)
            for scheme in in_each_scheme(page):
                assert violations(page) == [], scheme
            page.set_viewport_size({"width": 640, "height": 160})
            screenshot(page, "bar")
            (project.home / "go_on").touch()
            expect(bar.get_by_role("status")).to_have_text("done")
            page.keyboard.press("Tab")
            expect(bar.get_by_role("link", name="Open the result")).to_be_focused()
            (project.home / "go_on").unlink()
            render(project)
            page.reload()
            expect(bar).to_contain_text("120 / 300 frame")
            kill(worker)
        expect(bar.get_by_role("status")).to_have_text("stalled: its process has ended or hangs")
    expect(bar.get_by_role("status")).to_have_text("no connection to the server; trying again")
    known = ("net::ERR_", "favicon.ico")  # the server was stopped; a stock project has no icon
    assert [error for error in visitor.errors if not any(each in error for each in known)] == []
    assert ("fetch" in asked) is (kind == "wsgi")


def test_without_javascript_the_page_says_how_far_it_is_in_a_sentence(project, browser):
    (project.home / "go_on").touch()
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with served(project, "wsgi") as address, project.started(*WORKER):
        render(project)

        def says_it():
            page.goto(address)
            return "300 / 300 frame done" in page.locator("eliot-progress").inner_text()

        wait_until(says_it, "the sentence")
        assert "Load it again" in page.content()
    context.close()
