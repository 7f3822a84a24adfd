from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from tests.django.stories import STORY
from tests.django.test_ingest import lines
from tests.waiting import until

from eliot_progress.django import logstore
from eliot_progress.django.models import LogMessage
from eliot_progress.logfile import LogFile


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(lines(STORY))
    return path


@pytest.mark.django_db
def test_a_file_is_imported_and_counted(path, capsys):
    call_command("eliot_progress", "ingest", str(path))
    assert capsys.readouterr().out == "Stored 13 messages; 0 lines were not eliot messages.\n"


@pytest.mark.django_db
def test_old_tasks_are_deleted_and_counted(path, capsys):
    logstore.write(STORY)
    call_command("eliot_progress", "prune", "--days", "30", "--max-mb", "1")
    assert capsys.readouterr().out == "Deleted 13 messages of 2 tasks.\n"
    call_command("eliot_progress", "prune", "--max-mb", "1")
    assert capsys.readouterr().out == "Deleted 0 messages of 0 tasks.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest", "/nowhere/log"], "There is no log at /nowhere/log"),
        (["prune"], "Pass --days, --max-mb, or both"),
        (["prune", "--days", "0"], "--days 0 would delete everything"),
        (["prune", "--max-mb", "nan"], "--max-mb nan would delete everything"),
    ],
)
def test_a_wrong_command_is_refused_with_what_to_do(arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("eliot_progress", *arguments)


@pytest.mark.django_db
def test_missing_tables_are_reported_with_how_to_create_them(path, monkeypatch):
    def missing(messages):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    monkeypatch.setattr(logstore, "write", missing)
    with pytest.raises(CommandError, match="nowhere") as said:
        call_command("eliot_progress", "ingest", str(path))
    assert str(said.value).endswith("Create its tables with: manage.py migrate --database default.")


@pytest.mark.django_db(transaction=True)
def test_a_following_ingest_stores_what_is_appended_and_stops_at_a_signal(path, database_of_a_process):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "django",
            "eliot_progress",
            "ingest",
            str(path),
            "--follow",
            "--days",
            "99999",
        ],
        env=os.environ | database_of_a_process | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=Path(__file__).parents[4],
    )
    try:
        until(lambda: LogMessage.objects.count() == len(STORY), 60)
        log = LogFile(path)
        log({**STORY[0], "task_level": [98], "timestamp": time.time()})
        log.close()
        until(lambda: LogMessage.objects.count() == len(STORY) + 1, 60)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
