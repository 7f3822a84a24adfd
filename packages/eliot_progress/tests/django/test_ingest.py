from __future__ import annotations

import json
import time

import pytest
from django.db import DatabaseError
from tests.django.stories import CAUSAL, STORY, said

from eliot_progress import install, progress
from eliot_progress.django import logstore
from eliot_progress.django.ingest import Ingest
from eliot_progress.django.models import LogFile, LogMessage
from eliot_progress.django.store import DjangoStore
from eliot_progress.testing.samples import part_message

pytestmark = pytest.mark.django_db


def lines(messages):
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def drain(ingest):
    while ingest.step():
        pass
    return ingest.stored


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.jsonl"


def test_a_file_is_taken_in_as_it_grows(path):
    ingest = Ingest([path])
    assert drain(ingest) == 0
    path.write_bytes(lines(STORY[:4]) + lines(STORY[4:5])[:10])
    assert drain(ingest) == 4
    with path.open("ab") as file:
        file.write(lines(STORY[4:5])[10:] + b"not json\n[]\n" + lines(STORY[5:]))
    assert drain(ingest) == len(STORY) == LogMessage.objects.count()
    assert ingest.step() == 0


def test_the_reports_of_parts_are_one_state_also_when_they_are_imported_twice(path):
    reports = [
        {"part": None, "sent": 2},
        {"part": 1, "outcome": "succeeded"},
        {"part": 0, "share": 0.5, "next_by": 900.0},
    ]
    path.write_bytes(lines(part_message(**each, task_level=[2, n]) for n, each in enumerate(reports, 1)))
    drain(Ingest([path]))
    LogFile.objects.all().delete()
    drain(Ingest([path]))
    state = DjangoStore().latest("app.Movie:7")
    assert (state.done, state.total, state.outcome) == (1.5, 2, None)


def test_a_new_process_goes_on_where_the_one_before_was(path):
    path.write_bytes(lines(STORY[:6]))
    drain(Ingest([path]))
    with path.open("ab") as file:
        file.write(lines(STORY[6:]))
    assert drain(Ingest([path])) == len(STORY) - 6


def test_a_file_that_was_rotated_meanwhile_is_read_to_its_end_first(path):
    path.write_bytes(lines(STORY[:6]))
    drain(Ingest([path]))
    with path.open("ab") as file:
        file.write(lines(STORY[6:9]))
    path.rename(path.with_suffix(".jsonl.1"))
    path.write_bytes(lines(STORY[9:]))
    assert drain(Ingest([path], clock=lambda: time.time() + 3600)) == len(STORY) - 6
    assert LogMessage.objects.count() == len(STORY)


def test_the_same_messages_in_two_files_are_stored_once(path, tmp_path):
    other = tmp_path / "other.jsonl"
    path.write_bytes(lines(STORY))
    other.write_bytes(lines(STORY[3:]))
    drain(Ingest([path, other]))
    assert LogMessage.objects.count() == len(STORY)
    assert LogFile.objects.count() == 2


def test_a_batch_that_could_not_be_stored_is_taken_in_by_the_next_step(path, monkeypatch):
    path.write_bytes(lines(STORY))
    ingest = Ingest([path])
    with monkeypatch.context() as patch:
        patch.setattr(logstore, "_END", "(no row)")
        with pytest.raises(DatabaseError):
            ingest.step()
    assert LogMessage.objects.count() == 0
    assert drain(ingest) == len(STORY)


def test_tasks_that_report_are_kept_with_their_newest_state(path):
    path.write_bytes(lines(reversed(STORY)))
    drain(Ingest([path]))
    state = DjangoStore().latest("app.Movie:7")
    assert (state.done, state.causal_id) == (240, CAUSAL)


def test_the_log_of_real_work_comes_back_as_a_tree(path):
    installed = install(log_path=path)
    with progress("render:movie", total=3, about="app.Movie:9") as work:
        work.advance(3)
    installed.remove()
    drain(Ingest([path]))
    assert DjangoStore().latest("app.Movie:9").outcome == "succeeded"
    assert [row.status for row in LogMessage.objects.exclude(status="").order_by("path")] == [
        "started",
        "succeeded",
    ]


def test_a_file_of_many_batches_is_read_to_its_end(path, monkeypatch):
    monkeypatch.setattr("eliot_progress.django.ingest._BLOCK_BYTES", 300)
    path.write_bytes(b"x" * 1000 + b"\n" + lines([said((n,), float(n), "tick") for n in range(1, 50)]))
    assert drain(Ingest([path])) == 49
