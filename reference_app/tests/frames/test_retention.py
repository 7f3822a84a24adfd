from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import camera, frame

from timelapse.frames import ledger
from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of, large_thumbnail_of, thumbnail_of
from timelapse.frames.retention import Removal, Retention, remove, size_of

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def roof():
    return camera()


def film(of, *ages, sequence=0):
    """Store frames that arrived so many days ago, with consecutive sequence numbers."""
    frames = [frame(of, b"123") for _ in ages]
    for number, (each, age) in enumerate(zip(frames, ages, strict=True), sequence):
        Frame.objects.filter(pk=each.pk).update(sequence=number, received_at=NOW - timedelta(days=age))
    return list(Frame.objects.filter(pk__in=[each.pk for each in frames]).order_by("sequence"))


def test_one_of_so_many_old_frames_is_kept_by_its_sequence_number(roof):
    film(roof, *[40] * 7)
    found = Retention(before=NOW - timedelta(days=30), every=3).removable()
    assert sorted(found.values_list("sequence", flat=True)) == [1, 2, 4, 5]


def test_a_frame_of_exactly_the_age_is_kept(roof):
    film(roof, 30, 30 + 1e-6, sequence=1)
    found = Retention(before=NOW - timedelta(days=30), every=5).removable()
    assert [each.sequence for each in found] == [2]


def test_what_was_kept_is_kept_again(roof):
    film(roof, *[40] * 10)
    retention = Retention(before=NOW, every=5)
    remove(list(retention.removable()))
    assert not retention.removable().exists()
    assert sorted(Frame.objects.values_list("sequence", flat=True)) == [0, 5]


def test_a_frame_counts_by_its_arrival_not_by_the_clock_of_its_camera(roof):
    (wrong,) = film(roof, 1, sequence=1)
    Frame.objects.filter(pk=wrong.pk).update(captured_at=datetime(1970, 1, 1, tzinfo=UTC))
    assert not Retention(before=NOW - timedelta(days=30), every=5).removable().exists()


def test_the_forecast_counts_and_removes_nothing(roof):
    film(roof, *[40] * 4)
    assert size_of(Retention(before=NOW, every=2).removable()) == Removal(frames=2, bytes=6)
    assert size_of(Retention(before=NOW, every=1).removable()) == Removal(frames=0, bytes=0)
    assert Frame.objects.count() == 4


def test_rows_files_and_counts_go_together(roof):
    ledger_day = datetime.now(UTC).date()
    gone, stays = (frame(roof, b"12345") for _ in range(2))
    large_thumbnail_of(gone).parent.mkdir(parents=True)
    large_thumbnail_of(gone).write_bytes(b"looked at")
    before = ledger.bytes_of(roof.pk, ledger_day)
    remove([gone])
    assert [each.pk for each in Frame.objects.all()] == [stays.pk]
    assert [path.exists() for path in (file_of(gone), thumbnail_of(gone))] == [False, False]
    assert not large_thumbnail_of(gone).exists()
    assert [path.exists() for path in (file_of(stays), thumbnail_of(stays))] == [True, True]
    assert before - ledger.bytes_of(roof.pk, ledger_day) == 5
    assert ledger.stored_bytes([roof.pk]) == {roof.pk: 5}


@pytest.mark.parametrize(("days", "every"), [(0, 10), (30, 4)])
def test_retention_is_off_unless_days_are_set(settings, days, every):
    settings.TIMELAPSE = {"keep_all_days": days, "keep_every": every}
    configured = Retention.configured(NOW)
    expected = None if days == 0 else Retention(before=NOW - timedelta(days=30), every=4)
    assert configured == expected
