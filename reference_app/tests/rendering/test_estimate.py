from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import film, frame, timelapse

from timelapse.rendering import actions, tasks
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.estimate import Past, estimate, expected_bytes, expected_time
from timelapse.rendering.models import Movie
from timelapse.rendering.style import Style

SMALL = RenderOptions(fps=25, width=320, height=136)
pasts = st.lists(
    st.builds(
        Past,
        frames=st.integers(1, 10_000),
        pixels=st.integers(256, 8_000_000),
        bytes=st.integers(1, 10**9),
        encoded_frames=st.integers(0, 10_000),
        render_s=st.floats(0.01, 10_000),
    ),
    max_size=4,
)


@given(
    past=pasts, frames=st.integers(1, 10_000), pixels=st.integers(256, 8_000_000), reusable=st.integers(0, 99)
)
def test_every_range_begins_before_it_ends_and_is_unknown_only_without_a_movie_to_learn_from(
    past, frames, pixels, reusable
):
    size = expected_bytes(past, frames, pixels)
    time = expected_time(past, frames, pixels, reusable=reusable)
    assert (size is None) == (not past)
    assert (time is None) == (not any(movie.encoded_frames >= 30 for movie in past))
    for found in (size, time):
        assert found is None or 0 <= found.low <= found.high


@given(past=pasts.filter(bool), at=st.integers(0, 3))
def test_a_movie_like_one_before_is_within_the_range(past, at):
    same = past[at % len(past)]
    size = expected_bytes(past, same.frames, same.pixels)
    assert size.low <= same.bytes <= size.high
    if same.encoded_frames >= 30:
        time = expected_time(past, same.encoded_frames, same.pixels, reusable=0)
        assert time.low <= same.render_s <= time.high


@pytest.mark.django_db(transaction=True)
def test_the_next_movie_is_estimated_by_those_that_were_rendered(media, footage, user):
    garden = film(footage("bikes")[:30])
    first = estimate(garden, SMALL)
    assert (first.frames, first.duration_s, first.width, first.height) == (30, 1.2, 320, 136)
    assert (first.bytes, first.render_s) == (None, None), "nothing was rendered here yet"
    movie = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    again = estimate(garden, SMALL)
    assert again.bytes.low < movie.bytes < again.bytes.high
    assert again.render_s.low == 0, "all its segments are there"
    for style in (Style(fit="cover", focus="top"), Style(fit="blurred_bars")):
        fitted = replace(SMALL, style=style)
        assert estimate(garden, fitted).render_s.low > 0, "another fit makes all segments new"
        tasks.render_movie(actions.request_render(garden.pk, fitted, user).pk)
        assert estimate(garden, fitted).render_s.low == 0
    top = replace(SMALL, style=Style(fit="cover", focus="bottom"))
    assert estimate(garden, top).render_s.low > 0
    same = replace(SMALL, style=Style(fit="blurred_bars", focus="bottom"))
    assert estimate(garden, same).render_s.low == 0, "blurred bars have no focus"
    assert estimate(garden, replace(SMALL, style=Style(unusable="hold"))).render_s.low > 0
    assert movie.encoded_frames == 30
    assert movie.render_s < again.render_s.high
    av1 = replace(SMALL, style=Style(codec="av1"))
    assert (estimate(garden, av1).bytes, estimate(garden, av1).render_s) == (None, None), "none was in AV1"
    smaller = actions.request_render(garden.pk, av1, user)
    tasks.render_movie(smaller.pk)
    smaller.refresh_from_db()
    assert estimate(garden, av1).bytes.low < smaller.bytes < estimate(garden, av1).bytes.high
    assert estimate(garden, SMALL).bytes.low == again.bytes.low, (
        "what is learned of AV1 says nothing of H.264"
    )
    elsewhere = timelapse(name="Elsewhere")
    frame(elsewhere.camera)
    assert estimate(elsewhere, SMALL).render_s.low > 0


@pytest.mark.django_db
def test_a_movie_that_zooms_is_reused_only_by_one_of_as_many_frames(media):
    garden = timelapse()
    frame(garden.camera)
    zooming = replace(SMALL, style=Style(zoom_to=2))
    Movie.objects.create(
        timelapse=garden,
        state=Movie.States.READY,
        fps=SMALL.fps,
        width=SMALL.width,
        height=SMALL.height,
        frame_count=1,
        encoded_frames=30,
        bytes=1000,
        render_s=30.0,
        style=zooming.style.to_json(),
    )
    assert estimate(garden, zooming).render_s.low == 0
    assert estimate(garden, SMALL).render_s.low > 0
    frame(garden.camera)
    assert estimate(garden, zooming).render_s.low > 0, "another picture changes what all frames show"


@pytest.mark.django_db
def test_nothing_is_said_of_a_movie_that_cant_be(media):
    empty = timelapse()
    assert estimate(empty, SMALL) is None
    frame(empty.camera)
    assert estimate(empty, RenderOptions(fps=0)) is None


@pytest.mark.django_db
def test_movies_of_the_own_camera_say_more_than_others(media, django_assert_num_queries):
    slow, fast = timelapse(), timelapse()
    for garden, seconds in ((slow, 3000.0), (fast, 3.0)):
        frame(garden.camera)
        Movie.objects.create(
            timelapse=garden,
            fps=25,
            width=320,
            height=136,
            frame_count=30,
            encoded_frames=30,
            bytes=1000,
            render_s=seconds,
        )
    with django_assert_num_queries(3):
        assert estimate(fast, SMALL).render_s.high < 1
    assert estimate(slow, SMALL).render_s.low > 50
