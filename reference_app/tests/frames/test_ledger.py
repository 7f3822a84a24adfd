from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from timelapse.cameras import actions as cameras
from timelapse.frames import ledger
from timelapse.frames.models import Frame, Intake

pytestmark = pytest.mark.django_db


def test_the_ledger_agrees_with_the_frames(camera, store):
    for size in (100, 250):
        store(camera, bytes=size)
    today = Frame.objects.first().received_at.date()
    assert ledger.bytes_of(camera.pk, today) == 350
    assert Intake.objects.get().frames == 2


def test_a_frame_that_is_there_already_is_entered_once(camera, store):
    for _ in range(2):
        store(camera, capture="capture-of-old", bytes=100)
    assert ledger.stored_bytes([camera.pk]) == {camera.pk: 100}


def test_stored_bytes_of_many_days_and_cameras_take_one_query(camera, django_assert_num_queries):
    other = cameras.enrol("Garden").camera
    for day in range(1, 20):
        ledger.add(camera.pk, 10, date(2026, 11, day))
        ledger.add(other.pk, 1, date(2026, 11, day))
    with django_assert_num_queries(1):
        assert ledger.stored_bytes([camera.pk, other.pk]) == {camera.pk: 190, other.pk: 19}


def test_arrivals_are_counted_up_to_the_number_that_matters(camera, store):
    for _ in range(5):
        store(camera)
    now = datetime.now(UTC)
    assert ledger.arrived_since(camera.pk, now, timedelta(minutes=1), at_most=3) == 3
    assert ledger.arrived_since(camera.pk, now, timedelta(minutes=1), at_most=99) == 5
    assert ledger.arrived_since(camera.pk, now + timedelta(hours=1), timedelta(minutes=1), at_most=9) == 0
