from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.factories import camera, frame, timelapse

from timelapse.cameras.configuration import configure
from timelapse.frames.actions import hide_frame
from timelapse.frames.queries import thumbnail_of
from timelapse.rendering.deletion import delete_timelapse
from timelapse.rendering.keogram import columns, pictures
from timelapse.rendering.keogram.axis import Axis
from timelapse.rendering.keogram.columns import folder_of

pytestmark = pytest.mark.django_db(transaction=True)

MIDNIGHT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
RED, GREEN, BLUE = (210, 30, 30), (30, 160, 60), (40, 60, 200)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def garden():
    return timelapse(camera())


def jpeg(colour, size=(320, 240)):
    """A picture that has the colour in its middle column, and grey elsewhere."""
    picture = Image.new("RGB", size, (128, 128, 128))
    picture.paste(colour, (size[0] // 2 - 8, 0, size[0] // 2 + 8, size[1]))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=95)
    return written.getvalue()


def film(garden, at, colour):
    return frame(garden.camera, jpeg(colour), at=at)


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def colours(row):
    """Name the colours of a row, each once in order; None is a gap."""
    found = []
    for pixel in row:
        names = [
            name
            for name, colour in {"red": RED, "green": GREEN, "blue": BLUE}.items()
            if np.abs(pixel[:3] - colour).max() < 16
        ]
        name = None if pixel[3] == 0 else names[0]
        if not found or found[-1] != name:
            found.append(name)
    return found


def keogram(garden, day=MIDNIGHT, length=DAY):
    return pictures.find_keogram(garden.pk, day, day + length)


def shown(garden, day=MIDNIGHT):
    return opened(keogram(garden, day).shown())


def test_the_middle_of_each_frame_is_in_the_picture_where_its_time_is(garden):
    for hour, colour in ((6, RED), (12, GREEN), (18, BLUE)):
        for minute in range(1, 60, 2):
            film(garden, MIDNIGHT + timedelta(hours=hour, minutes=minute), colour)
    picture = shown(garden)
    assert picture.shape == (96, 720, 4)
    for row in (0, 50, 95):
        assert colours(picture[row]) == [None, "red", None, "green", None, "blue", None]
    begins = [int(at) for at in np.flatnonzero(np.diff(picture[0, :, 3])) + 1][::2]
    assert begins == [pytest.approx(hour * 30, abs=1) for hour in (6, 12, 18)]


def test_a_picture_that_was_drawn_reads_no_thumbnail_again_but_that_of_a_late_frame(garden):
    first = film(garden, MIDNIGHT + timedelta(hours=6), RED)
    film(garden, MIDNIGHT + DAY + timedelta(hours=6), BLUE)
    before, other = shown(garden), shown(garden, MIDNIGHT + DAY)
    files = {path: path.stat().st_mtime_ns for path in folder_of(garden.pk).iterdir()}
    thumbnail_of(first).unlink()
    assert (shown(garden) == before).all()
    film(garden, MIDNIGHT + timedelta(hours=3), GREEN)
    assert colours(shown(garden)[0]) == [None, "green", None, "red", None]
    assert (shown(garden, MIDNIGHT + DAY) == other).all()
    changed = [path.name for path, at in files.items() if path.stat().st_mtime_ns != at]
    assert changed == ["20260601T000000-20260602T000000.png"]


def test_of_two_frames_with_one_time_the_first_of_the_camera_is_shown(garden):
    moment = MIDNIGHT + timedelta(hours=6)
    film(garden, moment, RED)
    film(garden, moment, GREEN)
    assert colours(shown(garden)[0]) == [None, "red", None]


def test_hidden_removed_and_unreadable_frames_leave_gaps(garden, user):
    hidden, removed, damaged, kept = (
        film(garden, MIDNIGHT + timedelta(hours=hour), colour)
        for hour, colour in ((6, RED), (9, GREEN), (12, BLUE), (15, RED))
    )
    assert colours(shown(garden)[0]) == [None, "red", None, "green", None, "blue", None, "red", None]
    hide_frame(hidden.pk, hidden=True, by=user)
    removed.delete()
    assert colours(shown(garden)[0]) == [None, "blue", None, "red", None]
    # What was read of it stays until the file is gone.
    thumbnail_of(damaged).write_bytes(b"no picture")
    for path in folder_of(garden.pk).iterdir():
        path.write_bytes(b"damaged, too")
    assert colours(shown(garden)[0]) == [None, "red", None]
    assert kept.pk


def test_a_frame_that_is_looked_at_again_once_its_thumbnail_is_there(garden):
    late = film(garden, MIDNIGHT + timedelta(hours=6), RED)
    content = thumbnail_of(late).read_bytes()
    thumbnail_of(late).unlink()
    assert colours(shown(garden)[0]) == [None]
    thumbnail_of(late).write_bytes(content)
    assert colours(shown(garden)[0]) == [None, "red", None]


def test_many_frames_cost_as_many_queries_as_few(garden):
    film(garden, MIDNIGHT, RED)
    with CaptureQueriesContext(connection) as few:
        keogram(garden)
    for minute in range(1, 200):
        film(garden, MIDNIGHT + timedelta(seconds=30 * minute), GREEN)
    with CaptureQueriesContext(connection) as many:
        chosen = keogram(garden).chosen
    assert len(many) == len(few) <= 6
    assert len(chosen.frames) == 50


@pytest.mark.parametrize(
    ("day", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25)],
)
def test_a_day_on_which_the_clock_changes_is_shown_whole(garden, user, day, hours):
    in_zurich(garden, user)
    for hour in range(hours):
        for minute in range(0, 60, 10):
            colour = RED if hour < 12 else GREEN
            film(garden, day + timedelta(hours=hour, minutes=minute), colour)
    found = keogram(garden, day, timedelta(hours=hours))
    picture = opened(found.shown())
    assert picture.shape[1] == hours * 30
    assert colours(picture[0]) == ["red", "green"]
    strip = opened(pictures.find_strip(garden.pk).shown())
    assert strip.shape == (1, 720, 4)
    assert colours(strip[0]) == (["red", None, "red", "green"] if hours == 23 else ["red", "green"])
    assert found.name == f"Garden {'2026-03-29' if hours == 23 else '2026-10-25'} keogram.png"


def test_a_polar_night_is_drawn_as_any_other_day(garden, user):
    in_zurich(garden, user, zone="Arctic/Longyearbyen", latitude=78.2, longitude=15.6)
    day = datetime(2026, 11, 30, 23, tzinfo=UTC)
    for minute in range(0, 24 * 60, 10):
        film(garden, day + timedelta(minutes=minute), BLUE)
    found = keogram(garden, day)
    assert colours(opened(found.shown())[0]) == ["blue"]
    assert sum((night.ends_at - night.begins_at for night in found.nights), timedelta()) >= timedelta(
        hours=23.9
    )
    assert opened(found.saved()).shape[1] > 1440


def test_days_are_lines_and_are_drawn_some_at_each_look(garden, monkeypatch):
    monkeypatch.setattr(pictures, "DRAWN_AT_ONCE", 2)
    for day, colour in ((0, RED), (1, GREEN), (3, BLUE)):
        for minute in range(0, 24 * 60, 30):
            film(garden, MIDNIGHT + day * DAY + timedelta(minutes=minute), colour)
    described = pictures.strip_of_days(garden)
    assert (described.pending, len(described.lines), str(described.first_day)) == (3, 4, "2026-06-01")
    first = opened(pictures.find_strip(garden.pk).shown())
    assert [colours(line) for line in first] == [[None], ["green"], [None], ["blue"]]
    later = pictures.strip_of_days(garden)
    assert later.pending == 1
    assert pictures.strip_url(garden, later) != pictures.strip_url(garden, described)
    second = opened(pictures.find_strip(garden.pk).shown())
    assert [colours(line) for line in second] == [["red"], ["green"], [None], ["blue"]]
    assert pictures.strip_of_days(garden).pending == 0
    # A late frame makes one day pending.
    film(garden, MIDNIGHT + DAY + timedelta(minutes=15), GREEN)
    assert pictures.strip_of_days(garden).pending == 1
    assert pictures.find_strip(garden.pk).name == "Garden 2026-06-01 to 2026-06-04 days.png"


def test_without_a_frame_there_is_a_picture_of_nothing_and_no_address_of_it(garden):
    assert pictures.keogram_url(garden, Axis(begin=MIDNIGHT, end=MIDNIGHT + DAY)) is None
    assert colours(shown(garden)[0]) == [None]
    assert pictures.find_strip(garden.pk) is None
    assert pictures.strip_of_days(garden) is None


def test_what_is_no_stretch_of_a_day_isnt_drawn(garden):
    assert keogram(garden, length=timedelta(days=3)) is None
    assert keogram(garden, length=-DAY) is None
    assert pictures.find_keogram(0, MIDNIGHT, MIDNIGHT + DAY) is None


def test_the_address_changes_with_the_frames_and_only_with_them(garden):
    axis = Axis(begin=MIDNIGHT, end=MIDNIGHT + DAY)
    film(garden, MIDNIGHT, RED)
    address = pictures.keogram_url(garden, axis)
    film(garden, MIDNIGHT + DAY, RED)
    assert pictures.keogram_url(garden, axis) == address
    film(garden, MIDNIGHT + DAY / 2, RED)
    assert pictures.keogram_url(garden, axis) != address


def test_the_files_are_bounded_and_go_with_the_timelapse(garden, monkeypatch):
    monkeypatch.setattr(columns, "MOST_FILES", 3)
    for day in range(5):
        film(garden, MIDNIGHT + day * DAY, RED)
        shown(garden, MIDNIGHT + day * DAY)
        for path in folder_of(garden.pk).iterdir():
            os.utime(path, (path.stat().st_mtime - 9, path.stat().st_mtime - 9))
    assert sorted(path.name[:8] for path in folder_of(garden.pk).iterdir()) == [
        "20260603",
        "20260604",
        "20260605",
    ]
    delete_timelapse(garden.pk)
    assert not folder_of(garden.pk).exists()


def test_hours_of_a_day_have_a_name_of_their_own(garden):
    film(garden, MIDNIGHT + timedelta(hours=1), RED)
    assert keogram(garden, length=timedelta(hours=2)).name == "Garden 2026-06-01 00.00-02.00 keogram.png"


def in_zurich(garden, user, zone="Europe/Zurich", latitude=47.4, longitude=8.5):
    schedule = {"timezone": zone, "latitude": latitude, "longitude": longitude}
    user.user_permissions.add(Permission.objects.get(codename="change_camera"))
    configure(garden.camera, {"interval_s": 60.0, "schedule": schedule}, by=User.objects.get(pk=user.pk))
