"""Somebody who has one package's wheel and its README, and nothing else of this repository."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
UV = str(Path(sys.executable).with_name("uv"))
#: The first line of a block that belongs into a file: `# mysite/settings.py, below`, `<!-- page.html -->`.
_FILE = re.compile(r"(?:#|<!--) ([\w/.-]+\.\w+)\b.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code in a README: the file that it belongs to (empty: none), and its code."""

    language: str
    file: str
    code: str

    @property
    def lines(self) -> list[str]:
        """The lines that somebody has to write."""
        return [line for line in self.code.splitlines() if line.strip() and not _FILE.fullmatch(line)]


def section(package: str, heading: str) -> str:
    """Return the text of a README below a heading, up to the next one."""
    text = (ROOT / "packages" / package / "README.md").read_text("utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"The README of {package} has no section {heading!r} any more."
    return found[1]


def introduction(package: str) -> str:
    """Return the text of a README above its first heading of a section."""
    return (ROOT / "packages" / package / "README.md").read_text("utf-8").partition("\n## ")[0]


def blocks(text: str) -> list[Block]:
    """Return the blocks of code in a text, in their order."""
    found = []
    for language, code in re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        named = _FILE.match(code)
        found.append(Block(language=language, file=named[1] if named else "", code=code))
    return found


def commands(block: Block) -> list[str]:
    """Return the commands of a console block, without prompts and remarks."""
    lines = (line.removeprefix("$ ") for line in block.lines)
    return [line.partition("  #")[0].strip() for line in lines]


@dataclass
class Newcomer:
    """A folder with a virtual environment of its own, in which only what a README says is installed."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = self.folder / "work"
        self.home.mkdir()
        self._venv = self.folder / "venv"
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, self._venv], check=True)

    def install(self, *requirements: str, wheels: Path) -> None:
        """Install requirements as `pip install` does; ours come from the folder of built wheels."""
        install = [UV, "pip", "install", "--quiet", "--python", self.python, "--find-links", str(wheels)]
        constraint = ["--constraint", str(ROOT / "requirements.lock")]
        subprocess.run([*install, *constraint, *requirements], check=True)

    @property
    def python(self) -> str:
        return str(self._venv / "bin" / "python")

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        path = f"{self._venv / 'bin'}:{os.environ['PATH']}"
        return {**kept, "PATH": path, "PYTHONUNBUFFERED": "1", **self.environment}

    def run(self, *command: str, typed: str = "") -> str:
        """Run a command to its end; return what it printed. Fails with all output unless it succeeds."""
        ran = subprocess.run(
            command,
            cwd=self.home,
            env=self._environment(),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def type(self, line: str) -> str:
        """Run a line as it stands in a README."""
        return self.run("sh", "-ec", line)

    @contextmanager
    def started(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command beside; kill it and its children at the end."""
        with (self.folder / "output.txt").open("a") as output:
            process = subprocess.Popen(
                command,
                cwd=self.home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                kill(process)

    def output(self) -> str:
        """What all commands beside have printed."""
        return (self.folder / "output.txt").read_text()

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def append(self, name: str, text: str) -> None:
        """Add text to the end of a file."""
        self.write(name, (self.home / name).read_text() + "\n" + text)

    def shell(self, *parts: Block, before: str = "", then: str = "") -> str:
        """Type the Python blocks that name no file into one shell of the project, between own lines."""
        typed = [block.code for block in parts if block.language == "python"]
        return self.run("python", "manage.py", "shell", typed="\n".join([before, *typed, then]))

    def follow(self, block: Block) -> None:
        """Do what a block says: run its commands, or replace or extend the file that it names."""
        if block.language == "console":
            for line in commands(block):
                self.type(line)
            return
        path = self.home / block.file
        replaces = block.file.endswith((".html", "tasks.py")) or not path.exists()
        if replaces:
            self.write(block.file, block.code)
        else:
            self.append(block.file, block.code)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, 9)
    process.wait()


def install_from(block: Block, newcomer: Newcomer, wheels: Path) -> None:
    """Install what the `pip install` of a block names."""
    (line,) = commands(block)
    newcomer.install(*shlex.split(line.removeprefix("pip install ")), wheels=wheels)


def start_project(newcomer: Newcomer) -> None:
    """Make what `startproject` and `startapp` make, with Celery as its documentation says, and a page."""
    newcomer.run("django-admin", "startproject", "mysite", ".")
    newcomer.run("python", "manage.py", "startapp", "movies")
    newcomer.write("mysite/celery.py", GIVEN_CELERY)
    newcomer.write("mysite/__init__.py", "from .celery import app as celery_app\n")
    for name, addition in GIVEN_ADDITIONS.items():
        newcomer.write(name, (newcomer.home / name).read_text() + addition)
    for name, text in GIVEN_FILES.items():
        newcomer.write(name, text)


GIVEN_CELERY = """import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
app = Celery("mysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
"""
GIVEN_ADDITIONS = {
    "mysite/settings.py": """
import os
INSTALLED_APPS += ["movies"]
MIDDLEWARE += ["mysite.policy.strict"]
CELERY_BROKER_URL = os.environ["BROKER"]
""",
    "mysite/urls.py": """
from django.views.generic import TemplateView
urlpatterns += [path("", TemplateView.as_view(template_name="movie.html"))]
""",
}
GIVEN_FILES = {
    # No inline scripts or styles, and nothing from elsewhere.
    "mysite/policy.py": """
def strict(get_response):
    def respond(request):
        response = get_response(request)
        response["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
        )
        return response
    return respond
""",
    "mysite/with_static.py": """
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from mysite.asgi import application
application = ASGIStaticFilesHandler(application)
""",
    # The work: it waits at frame 120 until a file says that it may go on.
    "movies/film.py": """
import time
from pathlib import Path

def encode(frame):
    while frame == 120 and not Path("go_on").exists():
        time.sleep(0.02)
""",
}
