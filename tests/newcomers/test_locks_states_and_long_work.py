"""fsmlock: the whole README, followed in a stock project in which only its wheel was installed."""

from __future__ import annotations

import re

import pytest

from tests.newcomers.newcomer import Newcomer, blocks, install_from, introduction, section

FIRST, *USE = blocks(introduction("fsmlock"))
INSTALL, AFTER, STATES, REASONS, LONG_WORK, TESTS = (
    blocks(section("fsmlock", heading))
    for heading in ("Install", "After", "States", "Reasons", "Long work", "For your tests")
)
#: What a project without fsmlock has as well: the model, an object of it, and the work on it.
PROJECTS_OWN = re.compile(
    r"from (django|films)|class Film\(models\.Model\):| +frames = |(film|published) = | +\.\.\. "
)
#: Lines that a project adds or changes for a lock, and for states, which need neither a lock nor an option.
MAX_LINES_FOR_A_LOCK, MAX_LINES_FOR_STATES = 6, 10
#: A project that has readers and sends them mails.
PROJECT_WITH_MAILS = """
INSTALLED_APPS += ["films"]
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / "inbox"
"""
READERS = 20
ADD_READERS = f"""
from django.contrib.auth.models import User
for number in range({READERS}):
    User.objects.create_user(f"reader-{{number}}", f"{{number}}@example.com")
"""
#: Holds the README's lock while another process executes the same lines with the same film.
HOLD_TWICE = """
import subprocess, sys
with hold(film, "render", why="Movie 7"):
    command, use = [sys.executable, "manage.py", "shell"], open("use.py").read()
    second = subprocess.run(command, input=use, text=True, stderr=subprocess.PIPE)
assert second.returncode
print(second.stderr)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory, wheels):
    """A stock project in which the README was followed up to its first lines of use."""
    newcomer = Newcomer(tmp_path_factory.mktemp("films"), {"DJANGO_SETTINGS_MODULE": "mysite.settings"})
    install_from(INSTALL[0], newcomer, wheels("fsmlock"))
    newcomer.run("django-admin", "startproject", "mysite", ".")
    newcomer.run("python", "manage.py", "startapp", "films")
    newcomer.append("mysite/settings.py", PROJECT_WITH_MAILS)
    newcomer.write("films/models.py", FIRST.code)
    for block in INSTALL[1:]:
        newcomer.follow(block)
    second = "".join(block.code for block in USE if block.language == "python")
    newcomer.write("use.py", second.replace("objects.create()", "objects.last()"))
    return newcomer


def added_lines(*parts):
    lines = [line for block in parts if block.language in ("py", "python") for line in block.lines]
    return [line for line in lines if not PROJECTS_OWN.match(line)]


def test_a_lock_and_states_take_no_more_lines_than_promised():
    assert len(added_lines(*INSTALL, FIRST, *USE)) <= MAX_LINES_FOR_A_LOCK
    others = re.compile(r' +locks = |assert |DATABASES\["default"\]')
    states = [line for line in added_lines(*INSTALL, *STATES) if not others.match(line)]
    assert len(states) <= MAX_LINES_FOR_STATES


def test_the_second_holder_reads_who_holds_it_why_since_when_and_until_when(project):
    said = project.shell(*USE, then=HOLD_TWICE)
    (promised,) = (block.code for block in USE if block.language == "text")
    pattern = re.escape(" ".join(promised.split()))
    for example in (r"film\\ 1", r"web\\-1:4711", r"2026\\-11\\-28T[\d:\\+]+"):
        pattern = re.sub(example, r"[\\w.:+ -]+", pattern)
    assert re.search(pattern, said), said


def test_every_further_block_does_what_it_says(project, wheels):
    project.shell(*USE, *AFTER)
    for block in STATES[:-1]:
        project.follow(block)
    project.shell(*STATES[-1:], *REASONS)
    assert "publish" in project.run("python", "manage.py", "fsmlock", "graph", "films.Movie")
    iteration, use = LONG_WORK
    project.follow(iteration)
    project.shell(use, before=ADD_READERS)
    mails = "".join(path.read_text() for path in (project.home / "inbox").iterdir())
    assert sorted(re.findall(r"^To: (\d+)@", mails, re.MULTILINE), key=int) == [
        str(n) for n in range(READERS)
    ]
    project.follow(TESTS[0])
    project.install("pytest-django", wheels=wheels("fsmlock"))
    assert "1 passed" in project.run("pytest", "-q", TESTS[0].file)
    project.run("python", "manage.py", "check", "--fail-level", "WARNING")
