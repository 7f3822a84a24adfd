from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.factories import NOON, camera, frame, timelapse

from timelapse.frames.models import Frame
from timelapse.rendering import actions, choosing
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.errors import NoUsableFramesError
from timelapse.rendering.planning import exposure_ev, label_exposure, label_time, plan_of
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


@pytest.fixture
def garden():
    """Sixty frames, a minute apart, whose brightness flickers by 0.1 EV."""
    made = timelapse()
    for number in range(60):
        stored = frame(made.camera, f"{number}".encode(), at=NOON + timedelta(minutes=number))
        Frame.objects.filter(pk=stored.pk).update(
            luma_ev=-3 + 0.1 * (number % 2), clock="synced", exposure={"shutter_s": 0.004, "iso": 100}
        )
    return made


def movie_of(garden, *, style=None, selection=None, fps=30.0):
    options = RenderOptions(fps=fps, style=style or Style(), selection=selection or Selection())
    return actions.request_render(garden.pk, options)


def compositions(movie):
    return [recipe.composition for segment in plan_of(movie).segments for recipe in segment.recipes]


def test_a_movie_without_a_style_composes_nothing(garden):
    assert compositions(movie_of(garden)) == [None] * 60


def test_deflicker_evens_out_what_was_measured(garden):
    gains = [
        one.gain_ev if one else 0.0 for one in compositions(movie_of(garden, style=Style(deflicker=True)))
    ]
    light = np.array([-3 + 0.1 * (number % 2) for number in range(60)]) + gains
    assert light.std() < 0.01


def test_a_movie_that_is_steadied_crops_all_its_frames(garden):
    made = compositions(movie_of(garden, style=Style(steady=True)))
    assert [one.steady for one in made] == [(0.0, 0.0)] * 60  # thumbnails that can't be read move nothing


def test_a_movie_zooms_from_its_first_picture_to_its_last_and_its_card_stands(garden):
    made = compositions(movie_of(garden, style=Style(zoom_to=2, pan_to="right", end_text="The end")))
    assert made[0].view == (0, 0, 1)
    assert made[59].view == (0.5, 0.25, 0.5)
    assert [one.view for one in made[60:]] == [None] * 90


def test_labels_say_when_what_and_how(garden):
    style = Style(label_time=True, label_text="Garden", label_exposure=True)
    first = compositions(movie_of(garden, style=style))[0]
    assert first.label == "2026-06-01 12:00 UTC   Garden   1/250 s ISO 100"


def test_a_movie_fades_and_ends_with_a_card(garden):
    movie = movie_of(garden, style=Style(fade_s=0.5, end_text="The end"))
    made = compositions(movie)
    assert [one.card for one in made[60:] if one] == ["The end"] * 90
    assert [one.light if one else 1.0 for one in made[15:45]] == [1.0] * 30
    assert made[0].light < 0.1
    assert made[59].light == 0
    assert movie.frame_count == 150


def test_a_selection_decides_about_the_frames_and_counts_the_others(garden):
    movie = movie_of(garden, selection=Selection(windows=("12:30..13:00",), every=2))
    assert movie.frame_count == plan_of(movie).frame_count == 15
    assert [(note["code"], note["frames"]) for note in movie.selection_notes] == [
        ("other_time", 30),
        ("every", 15),
    ]
    assert Movie.objects.get().selection_notes == movie.selection_notes


def test_a_selection_that_leaves_nothing_fails_with_its_reason(garden):
    movie = movie_of(garden, selection=Selection(windows=("12:00..12:10",)))
    garden.frames().filter(captured_at__lt=NOON + timedelta(minutes=10)).update(hidden_at=NOON)
    with pytest.raises(NoUsableFramesError, match="No frame is left") as raised:
        plan_of(movie)
    assert raised.value.remedy == "Choose other times, or leave out less."


def test_the_sun_cant_be_followed_without_a_place(garden):
    with pytest.raises(actions.InvalidOptions) as refused:
        movie_of(garden, selection=Selection(windows=("sunrise..sunset",)))
    assert refused.value.by_field == {"windows": choosing.NO_PLACE}


def test_a_wrong_option_is_refused_by_its_field(garden):
    with pytest.raises(actions.InvalidOptions) as refused:
        movie_of(garden, style=Style(fade_s=99), selection=Selection(every=0))
    assert sorted(refused.value.by_field) == ["every", "fade_s"]


def test_choosing_takes_a_constant_number_of_queries(garden, django_assert_num_queries):
    movie = movie_of(garden, selection=Selection(skip_dark=True))
    with django_assert_num_queries(2):  # the frames, and the camera's settings
        choosing.choose(movie)


@pytest.mark.parametrize(
    ("clock", "zone", "said"),
    [
        ("synced", "Europe/Berlin", "2026-06-01 14:00"),
        ("estimated", "UTC", "2026-06-01 12:00 UTC"),
        ("unknown", "Europe/Berlin", "2026-06-01 14:00?"),
    ],
)
def test_a_time_is_the_cameras_and_has_a_question_mark_if_nobody_checked_it(clock, zone, said):
    assert label_time(datetime(2026, 6, 1, 12, tzinfo=UTC), ZoneInfo(zone), clock) == said


@pytest.mark.parametrize(
    ("exposure", "words", "ev"),
    [
        ({"shutter_s": 0.5, "gain": 4}, "0.5 s ISO 400", 1.0),
        ({"shutter_s": 1 / 250, "iso": "200", "aperture": "f/2"}, "1/250 s f/2 ISO 200", -8.966),
        ({"iso": "Auto"}, "", None),
        ({"shutter_s": float("inf"), "gain": -1}, "", None),
        ({}, "", None),
    ],
)
def test_an_exposure_is_read_as_far_as_it_is_known(exposure, words, ev):
    assert label_exposure(exposure) == words
    assert exposure_ev(exposure) == (ev if ev is None else pytest.approx(ev, abs=0.001))


def test_frames_of_a_camera_without_numbers_are_shown_and_said():
    garden = timelapse(camera("Yard"))
    frame(garden.camera)
    movie = movie_of(garden, selection=Selection(skip_dark=True))
    assert movie.frame_count == 1
    assert [note["code"] for note in movie.selection_notes] == ["not_measured"]
