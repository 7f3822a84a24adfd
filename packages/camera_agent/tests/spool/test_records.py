from __future__ import annotations

import json
from dataclasses import replace

import pytest

from camera_agent.host.clock import ClockQuality
from camera_agent.spool import records as module
from camera_agent.spool.records import gap
from tests.conftest import jpeg
from tests.golden import golden
from tests.spool.conftest import NOW

LATER = replace(NOW, wall_ns=NOW.wall_ns + 60 * 10**9, monotonic_ns=NOW.monotonic_ns + 60 * 10**9)


@pytest.fixture
def records(filled):
    return filled.spool.records


def test_records_have_the_golden_keys(records):
    expected = golden("records")["records"]
    records.gap(LATER, gap("camera_failed", "It hung.", 5), since_ns=7, until_ns=30 * 10**9 + 7)
    records.log([(LATER, {"message_type": "camera:trouble"})])
    (reported_gap, reported_log), last = records.batch()
    assert set(reported_gap) == set(expected[0]) == set(reported_log)
    assert set(reported_gap["data"]) == set(expected[0]["data"])
    assert reported_gap["data"]["from"] == "2026-11-23T21:49:58.000000Z"
    assert reported_gap["data"]["until"] == "2026-11-23T21:50:28.000000Z"
    assert reported_log["data"] == {"message_type": "camera:trouble"}
    records.delete_up_to(last)
    assert records.count() == 0


def test_numbers_never_come_again(records, filled):
    records.log([(NOW, {})])
    [first], last = records.batch()
    records.delete_up_to(last)
    filled.reopen()
    filled.spool.records.log([(NOW, {})])
    [second], _ = filled.spool.records.batch()
    assert (first["id"], second["id"]) == ("boot-1-1", "boot-1-2")


def test_a_batch_is_bounded_in_number_and_bytes(records, monkeypatch):
    records.log([(NOW, {"text": "x" * 1000})] * 10)
    assert len(records.batch(4)[0]) == 4
    monkeypatch.setattr(module, "BATCH_BYTES", 2500)
    assert len(records.batch()[0]) == 2
    monkeypatch.setattr(module, "BATCH_BYTES", 10)
    assert len(records.batch()[0]) == 1


def test_of_too_many_the_oldest_log_messages_go_first_and_gaps_last(records, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS", 4)
    records.gap(NOW, gap("stopped", "", 1), since_ns=None, until_ns=None)
    assert records.log((NOW, {"n": number}) for number in range(6)) == 3
    kept, _ = records.batch()
    assert [record["data"].get("n", "gap") for record in kept] == ["gap", 3, 4, 5]


def test_a_log_message_too_long_is_reported_by_its_type(records):
    records.log([(NOW, {"message_type": "camera:x", "text": "x" * 20_000, "task_uuid": "u"})])
    [reported], _ = records.batch()
    assert reported["data"]["message_type"] == "camera:x"
    assert reported["data"]["too_long"] > 20_000
    assert len(json.dumps(reported)) < 1000


def test_captures_dropped_for_want_of_room_are_reported_once_in_one_gap(filled, records):
    for number in range(9):
        filled.put(f"capture-{number}")
    filled.spool.mark_refused(filled.spool.next_pending(), "truncated", "It ends too early.")
    filled.spool.make_room(quota=len(jpeg()) * 5, reserve=0)
    assert records.record_dropped(LATER) == 4
    assert records.record_dropped(LATER) == 0
    reported, _ = records.batch()
    assert {record["data"]["reason"]: record["data"]["missed"] for record in reported} == {
        "refused": 1,
        "thinned": 3,
    }
    thinned = next(record["data"] for record in reported if record["data"]["reason"] == "thinned")
    assert (thinned["first_sequence"], thinned["last_sequence"]) == (3, 7)
    assert thinned["from"] == thinned["until"] == "2026-11-23T21:49:58.000000Z"


def test_a_gap_without_times_has_none(records):
    records.gap(
        replace(NOW, quality=ClockQuality.UNKNOWN), gap("stopped", "", 0), since_ns=None, until_ns=None
    )
    [reported], _ = records.batch()
    assert (reported["clock"], reported["data"]["from"], reported["data"]["until"]) == ("unknown", None, None)


def test_records_dropped_because_too_many_wait_are_counted_and_reported_once_there_is_room(
    filled, records, monkeypatch
):
    monkeypatch.setattr(module, "MAX_RECORDS", 4)
    records.log([(NOW, {"n": number}) for number in range(6)])
    records.gap(NOW, gap("stopped", "", 1), since_ns=None, until_ns=None)
    assert (filled.spool.counts().records_dropped, records.unreported()) == (3, 3)
    records.report_dropped(NOW)
    assert [record["data"].get("n", "gap") for record in records.batch()[0]] == [3, 4, 5, "gap"]
    records.delete_up_to(records.batch(2)[1])
    for _ in range(2):
        records.report_dropped(NOW)
    assert [record["data"] for record in records.batch()[0]][2:] == [
        {"message_type": "camera:log_left_out", "messages": 3}
    ]
    assert (filled.spool.counts().records_dropped, records.unreported()) == (3, 0)


def test_what_was_dropped_is_still_known_after_a_restart(filled, records, monkeypatch):
    monkeypatch.setattr(module, "MAX_RECORDS", 4)
    records.log([(NOW, {})] * 6)
    filled.reopen()
    assert (filled.spool.records.dropped(), filled.spool.records.unreported()) == (2, 2)
