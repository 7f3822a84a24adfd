from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from timelapse.cameras import actions
from timelapse.cameras.models import Record
from timelapse.cameras.records import AgentRecord, gaps_between, logs_of, store_records, trim_logs

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def camera():
    return actions.enrol("Roof").camera


def log(number, *, at=None):
    return AgentRecord(
        record=f"boot-{number}", kind="log", at=at or NOON + timedelta(seconds=number), clock="synced"
    )


def ids(records):
    return [record.record for record in records]


def gap(number, begins, ends):
    return AgentRecord(
        record=f"boot-{number}",
        kind="gap",
        at=ends,
        clock="synced",
        begins_at=begins,
        ends_at=ends,
        data={"reason": "card_full"},
    )


def test_a_record_is_stored_once_whatever_is_repeated(camera):
    assert store_records(camera.pk, [log(1), log(2)]) == 2
    assert store_records(camera.pk, [log(2), log(3), log(3)]) == 3
    assert Record.objects.count() == 3
    other = actions.enrol("Garden").camera
    store_records(other.pk, [log(1)])
    assert Record.objects.count() == 4


def test_five_hundred_records_take_as_many_statements_as_one(camera, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):  # SQLite takes only so many values in one statement
        store_records(camera.pk, [log(number) for number in range(500)])


def test_a_record_is_stored_as_it_was_reported(camera):
    store_records(camera.pk, [gap(1, NOON, NOON + timedelta(hours=1))])
    stored = Record.objects.get()
    assert (stored.camera_id, stored.record, stored.kind) == (camera.pk, "boot-1", "gap")
    assert (stored.at, stored.clock, stored.data) == (stored.ends_at, "synced", {"reason": "card_full"})
    assert (stored.begins_at, stored.ends_at) == (NOON, NOON + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_only_records_that_arrive_are_published(camera, channel):
    store_records(camera.pk, [])
    assert channel() == []
    store_records(camera.pk, [log(1)])
    assert channel() == [
        (f"camera.{camera.pk}", {"what": "records"}),
        ("cameras", {"entry": str(camera.pk)}),
    ]


def test_the_gaps_that_touch_a_stretch_are_found_newest_first(camera):
    hour, moment = timedelta(hours=1), timedelta(microseconds=1)
    gaps = [
        gap(1, NOON - hour, NOON - moment),
        gap(2, NOON - hour, NOON),
        gap(3, NOON + hour, NOON + 2 * hour),
        gap(4, NOON + 2 * hour, NOON + 3 * hour),
        gap(5, NOON + 2 * hour + moment, NOON + 3 * hour),
    ]
    store_records(camera.pk, [*gaps, log(6)])
    store_records(actions.enrol("Garden").camera.pk, gaps)
    found = gaps_between(camera.pk, NOON, NOON + 2 * hour, at_most=10)
    assert [(record.camera_id, record.record) for record in found] == [
        (camera.pk, name) for name in ("boot-4", "boot-3", "boot-2")
    ]
    assert ids(gaps_between(camera.pk, NOON, NOON + 2 * hour, at_most=2)) == ["boot-4", "boot-3"]


def test_the_newest_log_messages_are_read_in_order(camera):
    store_records(camera.pk, [log(1), log(3, at=NOON), log(2, at=NOON), gap(4, NOON, NOON)])
    store_records(actions.enrol("Garden").camera.pk, [log(5)])
    assert ids(logs_of(camera.pk, at_most=2)) == ["boot-2", "boot-1"]
    assert ids(logs_of(camera.pk, at_most=9)) == ["boot-3", "boot-2", "boot-1"]


def test_the_oldest_log_messages_are_removed_camera_by_camera(camera):
    garden = actions.enrol("Garden").camera
    for each in (camera, garden):
        store_records(each.pk, [log(number) for number in range(5)])
    store_records(camera.pk, [gap(9, NOON - timedelta(days=1), NOON - timedelta(days=1))])
    assert trim_logs([camera.pk, garden.pk], keep=5) == 0
    assert trim_logs([camera.pk, garden.pk], keep=3) == 4
    for each in (camera, garden):
        assert ids(logs_of(each.pk, at_most=9)) == ["boot-2", "boot-3", "boot-4"]
    assert Record.objects.filter(kind="gap").count() == 1


def test_log_messages_of_the_same_moment_are_removed_together_or_not_at_all(camera):
    store_records(camera.pk, [log(0), log(1, at=NOON), log(2), log(3, at=NOON + timedelta(seconds=2))])
    assert trim_logs([camera.pk], keep=1) == 2
    assert ids(logs_of(camera.pk, at_most=9)) == ["boot-2", "boot-3"]
