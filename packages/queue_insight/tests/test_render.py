from __future__ import annotations

import json

import pytest
from tests import values

from queue_insight import Reason
from queue_insight.drain import Drain, DrainState
from queue_insight.render import as_json, as_text, reasons_as_text
from queue_insight.snapshot import Pause

NOTE = Reason(code="c", message="Something is unknown.", remedy="Do this.")


def test_a_snapshot_is_printed_as_tables_with_a_question_mark_for_what_is_not_known():
    snapshot = values.snapshot(
        queues=(
            values.queue(oldest_wait_s=12.4, reserved=2),
            values.queue(name="slow", workers=None),
            values.queue(name="idle", depth=0, drain=Drain(state=DrainState.EMPTY)),
        ),
        running=(values.running(),),
        notes=(NOTE,),
    )
    assert as_text(snapshot) == (
        "QUEUE   DEPTH  TAKEN  RUNNING  OLDEST WAIT  EMPTY IN  WORKERS\n"
        "celery  1      2      0        12 s         ?         1\n"
        "slow    1      0      0        ?            ?         ?\n"
        "idle    0      0      0        -            -         1\n\n"
        "TASK  STATE    NAME     QUEUE   WORKER    SINCE\n"
        "r1    running  work.do  celery  one@test  9 s\n\n"
        "WORKER    STATE   SILENT FOR  QUEUES\n"
        "one@test  online  0 s         celery\n\n"
        "At 12:00:00 UTC; workers as of 12:00:00 UTC, fresh.\n\n"
        "- Something is unknown.\n  Do this."
    )


def test_an_empty_snapshot_is_only_its_time():
    assert as_text(values.snapshot(queues=(), workers=(), collected_at=None)) == "At 12:00:00 UTC."


def test_json_has_iso_times_and_null():
    snapshot = json.loads(as_json(values.snapshot(running=(values.running(),))))
    assert snapshot["at"] == "2026-11-23T12:00:00+00:00"
    assert snapshot["queues"][0]["oldest_wait_s"] is None
    assert snapshot["running"][0]["state"] == "running"


def test_reasons_are_printed_and_none_means_that_it_runs():
    assert json.loads(as_json([NOTE]))["reasons"][0]["code"] == "c"
    assert reasons_as_text([]) == "It runs."


def test_a_value_without_a_plain_form_is_refused():
    with pytest.raises(TypeError, match="cannot be written"):
        as_json([Reason(code="c", message="m", params={"p": object()})])


def test_the_workers_that_are_not_listed_are_counted():
    assert "Not listed: 12 workers, ended earlier." in as_text(values.snapshot(former_workers=12))
    assert "Not listed" not in as_text(values.snapshot())


def test_names_are_cut_and_cannot_steer_the_terminal():
    text = as_text(values.snapshot(queues=(values.queue(name="q\x1b[2J" + "q" * 10_000),)))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) < 400


def test_a_paused_queue_is_named():
    now = values.snapshot(paused={"celery": Pause(by="anna", since=values.NOW)})
    assert "Queue celery is paused by anna since 2026-11-23 12:00 UTC." in as_text(now)
