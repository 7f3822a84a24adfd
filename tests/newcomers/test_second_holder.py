"""fsmlock: the README's first model in a stock project, and the sentence that a second holder gets."""

from __future__ import annotations

import re

from tests.newcomers.newcomer import ROOT, blocks, section

README = (ROOT / "packages" / "fsmlock" / "README.md").read_text("utf-8")
MODEL = next(block.code for block in blocks(README) if "models.Model)" in block.code)
NAME = re.search(r"^class (\w+)\(.*models\.Model\)", MODEL, re.MULTILINE)[1]
LOCK = re.findall(r"\bLock\(\"(\w+)\"", MODEL)[-1]
#: Holds the lock in this process and tries to hold it in another, which prints the refusal.
HOLD = f"""
import subprocess, sys
import django
django.setup()
from films.models import {NAME}
from fsmlock import HoldRefused, hold
{NAME.lower()}, _ = {NAME}.objects.get_or_create()
try:
    with hold({NAME.lower()}, "{LOCK}", why="Movie 7"):
        if "second" not in sys.argv:
            subprocess.run([sys.executable, __file__, "second"], check=True)
except HoldRefused as refused:
    print(refused)
"""


def test_a_second_holder_is_refused_with_what_is_held_and_why(newcomer, wheels):
    requirement = re.search(r"pip install (fsmlock)\b", section("fsmlock", "Install"))[1]
    newcomer.environment["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
    newcomer.install(requirement, wheels=wheels("fsmlock"))
    newcomer.run("django-admin", "startproject", "mysite", ".")
    newcomer.run("python", "manage.py", "startapp", "films")
    settings = (newcomer.home / "mysite/settings.py").read_text()
    newcomer.write("mysite/settings.py", settings + '\nINSTALLED_APPS += ["fsmlock", "films"]\n')
    newcomer.write("films/models.py", MODEL)
    newcomer.run("python", "manage.py", "makemigrations", "films")
    newcomer.run("python", "manage.py", "migrate")
    newcomer.write("hold.py", HOLD)
    refusal = newcomer.run("python", "hold.py")
    assert refusal.startswith(f"{LOCK} on {NAME.lower()} 1 is held by ")
    assert "Movie 7" in refusal
