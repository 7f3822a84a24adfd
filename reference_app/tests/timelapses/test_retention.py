from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import NOON, camera, frame, timelapse

from timelapse.frames.models import Frame
from timelapse.timelapses.retention import removable

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def roof():
    """A camera with ten frames, one an hour, that arrived 100 days ago."""
    found = camera()
    for number in range(10):
        stored = frame(found, at=NOON + timedelta(hours=number))
        Frame.objects.filter(pk=stored.pk).update(sequence=number, received_at=NOW - timedelta(days=100))
    return found


def keeping(of, *, days, every=None, hours=None):
    made = timelapse(of)
    made.keep_all_days, made.keep_every = days, every
    if hours is not None:
        made.starts_at, made.ends_at = (NOON + timedelta(hours=hour) for hour in hours)
    made.save()
    return made


def removed():
    return sorted(removable(NOW).values_list("sequence", flat=True))


def test_nothing_is_removed_while_nobody_asks_for_it(roof):
    timelapse(roof)
    assert removed() == []


def test_a_timelapse_lets_go_of_its_old_frames_but_for_one_of_so_many(roof):
    keeping(roof, days=90, every=5)
    assert removed() == [1, 2, 3, 4, 6, 7, 8, 9]


def test_frames_that_are_not_old_enough_stay(roof):
    keeping(roof, days=100, every=5)
    assert removed() == []
    keeping(roof, days=365, every=5)
    assert removed() == []


@pytest.mark.parametrize("days", [0, None, 365])
def test_a_frame_of_several_timelapses_is_kept_while_one_of_them_keeps_it(roof, days):
    keeping(roof, days=90, every=5)
    keeping(roof, days=days, hours=(0, 3))
    assert removed() == [4, 6, 7, 8, 9]


def test_two_that_let_go_keep_what_either_keeps(roof):
    keeping(roof, days=30, every=5)
    keeping(roof, days=90, every=3)
    assert removed() == [1, 2, 4, 7, 8]


def test_a_frame_of_no_timelapse_is_kept_as_the_settings_say(roof, settings):
    keeping(roof, days=90, every=5, hours=(0, 5))
    assert removed() == [1, 2, 3, 4]
    settings.TIMELAPSE = {"keep_all_days": 60, "keep_every": 3}
    assert removed() == [1, 2, 3, 4, 7, 8]


def test_a_timelapse_keeps_what_the_settings_would_remove(roof, settings):
    settings.TIMELAPSE = {"keep_all_days": 60, "keep_every": 3}
    assert removed() == [1, 2, 4, 5, 7, 8]
    keeping(roof, days=0, hours=(0, 5))
    assert removed() == [7, 8]


def test_an_archived_timelapse_keeps_its_frames_and_a_deleted_one_does_not(roof, settings):
    settings.TIMELAPSE = {"keep_all_days": 60, "keep_every": 10}
    kept = keeping(roof, days=0)
    kept.archive()
    kept.save()
    assert removed() == []
    kept.start_deleting()
    kept.save()
    assert removed() == list(range(1, 10))


def test_other_cameras_keep_their_frames(roof):
    keeping(camera("Other"), days=90, every=5)
    assert removed() == []


def test_it_takes_two_queries_however_many_timelapses_there_are(roof, django_assert_num_queries):
    for days in range(30, 60):
        keeping(roof, days=days, every=5)
    with django_assert_num_queries(2):
        assert len(removable(NOW)) == 8
