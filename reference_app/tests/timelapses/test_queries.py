from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import NOON, camera, frame, timelapse

from timelapse.timelapses import queries
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import Footage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def stretch(of, start=None, end=None):
    made = timelapse(of)
    made.starts_at = None if start is None else NOON + timedelta(hours=start)
    made.ends_at = None if end is None else NOON + timedelta(hours=end)
    made.save()
    return made


def test_footage_counts_frames_and_finds_the_latest_of_each_stretch():
    roof = camera()
    _, two, three = (frame(roof, at=NOON + timedelta(hours=hour)) for hour in (1, 2, 3))
    whole, begun, ended, middle, empty = (
        stretch(roof),
        stretch(roof, start=2),
        stretch(roof, end=2),
        stretch(roof, start=2, end=2),
        stretch(roof, start=9),
    )
    nothing = timelapse(camera("Idle"))
    found = queries.footage([each.pk for each in (whole, begun, ended, middle, empty, nothing)])
    assert found == {
        whole.pk: Footage(frame_count=3, latest=three),
        begun.pk: Footage(frame_count=2, latest=three),
        ended.pk: Footage(frame_count=2, latest=two),
        middle.pk: Footage(frame_count=1, latest=two),
        empty.pk: Footage(),
        nothing.pk: Footage(),
    }


@pytest.mark.parametrize("number", [1, 20])
def test_footage_takes_two_queries_whatever_the_number(number, django_assert_num_queries):
    made = [timelapse(camera()) for _ in range(number)]
    for each in made:
        frame(each.camera)
    with django_assert_num_queries(2):
        queries.footage([each.pk for each in made])


def test_a_frame_shows_in_the_timelapses_of_its_camera_and_its_moment():
    roof = camera()
    shows = {stretch(roof).pk, stretch(roof, start=0).pk, stretch(roof, end=2).pk, stretch(roof, 0, 2).pk}
    stretch(roof, start=2)
    stretch(roof, end=0)
    stretch(camera("Other"))
    assert set(queries.timelapses_containing(roof.pk, NOON + timedelta(hours=1))) == shows


def test_timelapses_on_their_way_out_are_not_listed():
    kept, going = timelapse(), timelapse()
    Timelapse.objects.filter(pk=going.pk).update(state=Timelapse.States.DELETING)
    assert list(queries.timelapses()) == [kept]


def test_a_timelapse_is_found_with_its_camera(django_assert_num_queries):
    made = timelapse()
    with django_assert_num_queries(1):
        assert queries.timelapse_by_id(made.pk).camera.name == "Roof"
    assert queries.timelapse_by_id(0) is None


def test_the_timelapses_of_a_frame_are_found_by_an_index_and_without_deleted_ones():
    roof = camera()
    kept, deleted = timelapse(roof), timelapse(roof)
    Timelapse.objects.filter(pk=deleted.pk).update(state="deleted")
    with CaptureQueriesContext(connection) as asked:
        assert queries.timelapses_containing(roof.pk, NOON) == [kept.pk]
    assert len(asked) == 1
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
            steps = [row[-1] for row in cursor.fetchall()]
        assert any("timelapse_by_end" in step for step in steps), steps
