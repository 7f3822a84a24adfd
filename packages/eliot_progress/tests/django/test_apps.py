from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROCESS = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["eliot_progress.django"],
    ELIOT_PROGRESS={settings_},
    DATABASES={{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "states.sqlite3"}}}},
)
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from eliot_progress import progress
from eliot_progress.destinations import flush_all
from eliot_progress.django.store import DjangoStore
with progress("Import", about="app.Movie:7"):
    pass
flush_all()
print(DjangoStore().latest("app.Movie:7"))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings_", "is_recorded"),
    [({"RECORD": True}, True), ({}, False)],
)
def test_a_process_records_its_work_if_the_settings_say_so_and_warns_if_nothing_does(
    tmp_path, settings_, is_recorded
):
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    ran = subprocess.run(
        [sys.executable, "-c", PROCESS.format(settings_=settings_)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("outcome='succeeded'" in ran.stdout) is is_recorded
    assert ("nothing receives it" in ran.stderr) is not is_recorded
