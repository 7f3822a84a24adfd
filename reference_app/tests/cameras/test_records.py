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


def log(number):
    return AgentRecord(
        record=f"boot-{number}", kind="log", at=NOON + timedelta(seconds=number), clock="synced"
    )


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


def test_the_gaps_that_touch_a_stretch_are_found(camera):
    hour = timedelta(hours=1)
    store_records(
        camera.pk,
        [
            gap(1, NOON - 5 * hour, NOON - 4 * hour),
            gap(2, NOON - hour, NOON + hour),
            gap(3, NOON + 9 * hour, NOON + 10 * hour),
        ],
    )
    found = gaps_between(camera.pk, NOON, NOON + 2 * hour, at_most=10)
    assert [record.record for record in found] == ["boot-2"]


def test_the_newest_log_messages_are_kept_and_read_in_order(camera):
    store_records(camera.pk, [log(number) for number in range(20)])
    assert trim_logs([camera.pk], keep=5) == 15
    assert [record.record for record in logs_of(camera.pk, at_most=3)] == ["boot-17", "boot-18", "boot-19"]
    assert trim_logs([camera.pk], keep=5) == 0
