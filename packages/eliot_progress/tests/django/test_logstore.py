from __future__ import annotations

import random

import pytest
from django.db import DatabaseError
from tests.django.stories import CAUSAL, OTHER_CAUSAL, STORY, end, start

from eliot_progress.django import logstore
from eliot_progress.django.models import LogAction, LogMessage

pytestmark = pytest.mark.django_db


def kept():
    actions = {
        (row.causal_id, row.path): (
            *(row.parent, row.action_type, row.status, row.started_at, row.ended_at, row.duration_s),
            *(row.reason, row.done, row.total, row.unit, row.seq, row.last_message_at),
        )
        for row in LogAction.objects.all()
    }
    messages = {
        (row.causal_id, row.path): (row.kind, row.status, row.report, row.at, row.duration_s, row.body)
        for row in LogMessage.objects.all()
    }
    return actions, messages


def test_starts_ends_and_reports_make_one_row_of_an_action():
    assert logstore.write(STORY).stored == len(STORY)
    render = LogAction.objects.get(causal_id=CAUSAL, path="a2/a3")
    assert (render.action_type, render.status, render.duration_s) == ("render:movie", "failed", 7.5)
    assert (render.done, render.total, render.unit, render.seq) == (240, 300, "frame", 2)
    assert render.reason == "No space left on device"
    root = LogAction.objects.get(causal_id=CAUSAL, path="")
    assert (root.parent, root.last_message_at) == (None, 109.0)


@pytest.mark.parametrize("seed", range(8))
def test_any_order_with_duplicates_in_any_batches_ends_in_the_same_rows(seed):
    logstore.write(STORY)
    wanted = kept()
    LogAction.objects.all().delete()
    LogMessage.objects.all().delete()
    chance = random.Random(seed)
    messages = [*STORY, *chance.sample(STORY, 6)]
    chance.shuffle(messages)
    while messages:
        size = chance.randint(1, 4)
        logstore.write(messages[:size])
        messages = messages[size:]
    assert kept() == wanted


def test_an_end_that_comes_before_its_start_gets_its_duration_later():
    logstore.write([end((2,), 9.0, "late:start")])
    assert LogMessage.objects.get(status="succeeded").duration_s is None
    logstore.write([start((2,), 4.0, "late:start")])
    assert LogMessage.objects.get(status="succeeded").duration_s == 5.0


def test_a_batch_that_fails_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(logstore, "_END", "INSERT INTO nowhere VALUES (%s)")
    with pytest.raises(DatabaseError):
        logstore.write(STORY)
    assert kept() == ({}, {})


def test_what_is_no_eliot_message_is_counted():
    written = logstore.write([{"event": "structlog's"}, *STORY[:2]])
    assert (written.stored, written.skipped) == (2, 1)


def test_tasks_are_kept_apart():
    logstore.write(STORY)
    assert LogMessage.objects.filter(causal_id=OTHER_CAUSAL).count() == 2


def test_any_text_can_be_stored():
    written = start((), 1.0, "odd:\x00type\ud800", label="\x00\ud800<script>", **{"\x00": 1})
    logstore.write([written, end((), 2.0, "odd", "failed", reason="\x00\ud800")])
    assert LogMessage.objects.count() == 2
