from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from timelapse.rendering.domain import RenderOptions, shape_of, time_range

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0, 40, "0 to 40 s"), (40, 40.2, "40 s"), (720, 1140, "12 to 19 min"), (7000, 20000, "2 to 6 h")],
)
def test_a_range_of_time_has_the_unit_that_suits_its_end(low, high, words):
    assert time_range(low, high) == words


def test_the_default_options_are_valid():
    assert RenderOptions().validation_errors() == {}


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        (NOON, NOON, {"to": "ends_first"}),
        (NOON, NOON - timedelta(microseconds=1), {"to": "ends_first"}),
        (NOON.replace(tzinfo=None), None, {"from": "moment_out_of_range"}),
        (None, NOON.replace(year=9999), {"to": "moment_out_of_range"}),
        (
            NOON.replace(year=1),
            NOON.replace(tzinfo=None),
            dict.fromkeys(("from", "to"), "moment_out_of_range"),
        ),
        (NOON, None, {}),
        (None, NOON, {}),
        (NOON, NOON + timedelta(microseconds=1), {}),
    ],
)
def test_a_time_that_ends_before_it_begins_or_that_no_frame_has_is_refused(since, until, wrong):
    found = RenderOptions(since=since, until=until).validation_errors()
    assert {field: reason.code for field, reason in found.items()} == wrong
    assert all(reason.remedy for reason in found.values())


@pytest.mark.parametrize("title", ["a" * 81, "two\nlines", "\x00"])
def test_a_title_is_one_line_that_fits(title):
    assert list(RenderOptions(title=title).validation_errors()) == ["title"]
    assert RenderOptions(title="Der erste Schnee, 2026").validation_errors() == {}


@pytest.mark.parametrize("fps", [0, -1, 0.01, 121, float("nan"), float("inf")])
def test_a_rate_that_no_player_shows_is_refused(fps):
    reason = RenderOptions(fps=fps).validation_errors()["fps"]
    assert reason.code == "fps_out_of_range"
    assert reason.remedy


@pytest.mark.parametrize("length", [-2, 0, 15, 7681])
@pytest.mark.parametrize("field", ["width", "height"])
def test_a_length_that_cant_be_rendered_is_refused_by_its_field(field, length):
    assert list(RenderOptions(**{field: length}).validation_errors()) == [field]


def test_odd_sizes_are_made_even():
    assert RenderOptions(width=1281, height=719).even_size == (1280, 718)


@pytest.mark.parametrize(
    ("pictures", "shape"),
    [
        ({(4056, 3040): 900}, (1440, 1080)),
        ({(6000, 4000): 1}, (1620, 1080)),
        ({(3040, 4056): 5}, (1080, 1440)),
        ({(641, 481): 5}, (640, 480)),
        ({(1280, 720): 100, (4056, 3040): 99}, (1280, 720)),
        ({(1280, 720): 7, (1920, 1080): 7}, (1920, 1080)),
        ({(20000, 1000): 1}, (7680, 384)),
        ({(8, 4): 1}, (16, 16)),
    ],
)
def test_a_movie_without_a_size_is_shaped_as_most_of_its_pictures(pictures, shape):
    assert RenderOptions().even_size is None
    assert shape_of(pictures) == shape
