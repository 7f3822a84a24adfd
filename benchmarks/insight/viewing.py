"""When an event is in the store and in the pages of ours and of Flower's, in a real browser.

The page is the admin's under Django's own WSGI server, with SQLite; the collector is a process of its own.
All of them share one machine's clock.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import redis
from browser import chromium_page
from celery import Celery
from playwright.sync_api import Error

from insight import FLOWER, ROOT, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

PACKAGE = ROOT / "packages" / "queue_insight"
PASSWORD = "of the benchmark"  # of a project that is deleted at once
START_S = 60.0
#: What stands for the delay of an event that was never found, longer than any run.
NEVER_S = 3600.0
#: Notes when each task that is looked for appears as a row of our page.
OBSERVE_ROWS = """() => {
  window.seen = {};
  const observe = () => {
    for (const found of document.getElementById("qi-part").textContent.matchAll(/looked\\.for_(\\d+)_/g))
      window.seen[found[1]] ??= Date.now() / 1000;
  };
  new MutationObserver(observe).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""
#: Notes when Flower's count of the tasks of that worker reaches each number.
OBSERVE_COUNT = """() => {
  window.seen = {};
  const observe = () => {
    for (const row of document.querySelectorAll("#workers-table tbody tr")) {
      if (!row.textContent.includes("looked-for@host")) continue;
      const count = Number(row.cells[3].textContent.replace(/\\D/g, ""));
      const now = Date.now() / 1000;
      for (let each = count; each > 0 && !(each in window.seen); each--) window.seen[each] = now;
    }
  };
  new MutationObserver(observe).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """Seconds from sending each event to where it was looked for; of those that were found."""

    found: tuple[float, ...]
    sent: int

    def ms(self, share: float) -> float:
        """Return the quantile in milliseconds; what was never found counts as `NEVER_S`."""
        ranked = sorted((*self.found, *[NEVER_S] * (self.sent - len(self.found))))
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What one run measured."""

    events_per_s: float
    store: Delays
    page: Delays
    flower: Delays


def viewed(url: str, *, rate: int, seconds: float) -> Viewed:
    """Let workers send so many events a second, for so many seconds while each of the two pages is open."""
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(_site(url))
        page = stack.enter_context(chromium_page())
        _sign_in(page, site)
        page.goto(f"{site}/admin/queue_insight/queue/")
        page.locator("#qi-part").wait_for()
        _until_it_listens(page, f"{url}/0", "Workers: 1 online")
        page.evaluate(OBSERVE_ROWS)
        with _stored(url) as stored:
            ours = _busy(f"{url}/0", rate, seconds)
        in_page = page.evaluate("window.seen")
        with _flower(f"{url}/1") as flower:
            _open(page, flower)
            _until_it_listens(page, f"{url}/1", "looked-for@host")
            page.evaluate(OBSERVE_COUNT)
            theirs = _busy(f"{url}/1", rate, seconds)
            in_flower = page.evaluate("window.seen")
    return Viewed(
        events_per_s=ours["events"] / seconds,
        store=_delays(ours["sent"], stored),
        page=_delays(ours["sent"], in_page),
        flower=_delays(theirs["sent"], in_flower),
    )


def _delays(sent: dict[str, float], seen: dict[str, float]) -> Delays:
    return Delays(found=tuple(seen[each] - at for each, at in sent.items() if each in seen), sent=len(sent))


def _busy(url: str, rate: int, seconds: float) -> dict[str, dict[str, float]]:
    script = str(Path(__file__).with_name("busy_workers.py"))
    done = subprocess.run(
        [sys.executable, script, url, str(rate), str(seconds)], check=True, capture_output=True, text=True
    )
    answer: dict[str, dict[str, float]] = json.loads(done.stdout)
    return answer


@contextlib.contextmanager
def _stored(url: str) -> Iterator[dict[str, float]]:
    """Look for the tasks in the store, a hundred times a second."""
    found: dict[str, float] = {}
    stopped = threading.Event()
    client = redis.Redis.from_url(f"{url}/0")

    def look() -> None:
        while not stopped.wait(0.01):
            members = client.zrangebylex("queue-insight:collector:task-ids", "-", "+")
            for member in members:
                if match := re.fullmatch(rb"(\d{8})-looked-for", member):
                    found.setdefault(str(int(match[1])), time.time())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        stopped.set()
        thread.join()


@contextlib.contextmanager
def _site(url: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="insight-benchmark-") as folder:
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            "TESTS_APP": "tests.work.app",
            "TESTS_DEBUG": "1",  # serves the static files
            "TESTS_SQLITE": f"{folder}/db.sqlite3",
            "WORK_BROKER_URL": f"{url}/0",
        }
        admin = ("createsuperuser", "--noinput", "--username", "admin", "--email", "admin@host.example")
        for command in (("migrate", "--verbosity", "0"), admin):
            subprocess.run(
                [sys.executable, "-m", "django", *command],
                cwd=PACKAGE,
                env=environment,
                check=True,
                capture_output=True,
            )
        port = free_port()
        server = ("runserver", "--noreload", f"127.0.0.1:{port}")
        with (
            _process(["-m", "django", *server], environment),
            _process(["-m", "django", "queue_insight", "collect"], environment),
        ):
            yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _flower(url: str) -> Iterator[str]:
    port = free_port()
    environment = os.environ | {"PYTHONPATH": str(FLOWER)}
    command = ["-m", "celery", "-b", url, "flower", f"--port={port}", "--address=127.0.0.1"]
    with _process(command, environment):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def _process(arguments: list[str], environment: dict[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=PACKAGE, env=environment, stdout=quiet, stderr=quiet
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _open(page: Page, address: str) -> None:
    """Go there, when the server is up."""
    deadline = time.monotonic() + START_S
    while True:
        try:
            page.goto(address)
        except Error:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


def _until_it_listens(page: Page, url: str, shown: str) -> None:
    """Send heartbeats of the worker whose tasks are looked for, until the page shows it."""
    app = Celery(broker=url, set_as_current=False)
    deadline = time.monotonic() + START_S
    with app.connection_for_write() as connection:
        dispatcher = app.events.Dispatcher(connection, hostname="looked-for@host")
        while page.get_by_text(shown).count() == 0:
            if time.monotonic() > deadline:
                raise RuntimeError(f"The page did not show {shown!r} within {START_S:.0f} s.")
            dispatcher.send("worker-heartbeat", freq=2.0, active=0, processed=0, loadavg=(1, 1, 1))
            time.sleep(0.5)


def _sign_in(page: Page, site: str) -> None:
    _open(page, f"{site}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
