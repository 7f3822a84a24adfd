"""A latest movie is rendered anew when frames have come, seldom enough, and replaces the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from strawberry import relay
from tests.factories import film, frame, timelapse

from timelapse.rendering import actions, latest, queries, tasks
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.cut import LONGEST_SEGMENT
from timelapse.timelapses.actions import keep_latest_movie, stop_latest_movie

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
APPLY = """
mutation ($input: TransitionInput!) { transition(input: $input) {
  object { ... on Timelapse { latestMovieEverySeconds
    availableTransitions { name allowed }
    movies(first: 5) { edges { node { name state } } } } }
  errors { code field message remedy } } }
"""
SMALL = {"fps": 24, "size": "320x136", "preset": "plain"}


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def garden(media, footage):
    garden = film(footage("bikes")[:5])
    keep_latest_movie(garden.pk, every_s=3600, **SMALL)
    return garden


def latest_of(garden):
    return list(queries.movies_of(garden.pk).filter(latest=True))


def render(garden):
    tasks.render_movie(latest_of(garden)[0].pk)


def add_frame(garden, footage, number):
    frame(garden.camera, footage("bikes")[number].read_bytes())


def test_nobody_gets_a_movie_that_nobody_asked_to_keep(media, footage, now):
    garden = film(footage("bikes")[:2])
    assert latest.request_due(now) == 0
    keep_latest_movie(garden.pk, every_s=3600, **SMALL)
    stop_latest_movie(garden.pk)
    assert latest.request_due(now) == 0


def test_it_is_rendered_anew_when_frames_have_come_and_the_time_is_over(garden, footage, now):
    assert latest.request_due(now) == 1
    render(garden)
    (first,) = latest_of(garden)
    assert (first.state, first.frame_count, first.title) == ("ready", 5, "Latest movie")
    assert (first.fps, first.width, first.height) == (24, 320, 136)

    assert latest.request_due(now + 2 * HOUR) == 0, "no frame has come"
    add_frame(garden, footage, 5)
    assert latest.request_due(now + HOUR - timedelta(seconds=1)) == 0, "too soon"
    assert latest.request_due(now + HOUR) == 1
    assert [movie.state for movie in latest_of(garden)] == ["queued", "ready"], "something can be watched"
    render(garden)
    (second,) = latest_of(garden)
    assert (second.state, second.frame_count) == ("ready", 6)
    assert not queries.folder_of(first.pk).exists()
    assert queries.video_of(second.pk).exists()


def test_a_first_one_waits_for_the_first_frame(media, footage, now):
    garden = timelapse()
    keep_latest_movie(garden.pk, every_s=3600, **SMALL)
    assert latest.request_due(now) == 0
    add_frame(garden, footage, 0)
    assert latest.request_due(now + timedelta(minutes=1)) == 1


@pytest.mark.slow
def test_frames_that_were_added_cost_their_segments_alone(media, footage, now):
    garden = film(footage("bikes")[:240])
    keep_latest_movie(garden.pk, every_s=3600, **SMALL)
    latest.request_due(now)
    render(garden)
    add_frame(garden, footage, 240)
    latest.request_due(now + HOUR)
    render(garden)
    (movie,) = latest_of(garden)
    assert (movie.state, movie.frame_count) == ("ready", 241)
    assert 0 < movie.encoded_frames <= LONGEST_SEGMENT


def test_no_second_one_is_requested_while_one_is_unfinished(garden, footage, user, now):
    latest.request_due(now)
    add_frame(garden, footage, 5)
    assert latest.request_due(now + 2 * HOUR) == 0
    actions.pause_movie(latest_of(garden)[0].pk, user)
    assert latest.request_due(now + 2 * HOUR) == 0, "whoever paused it may resume it"


def test_two_schedulers_request_one(garden, now):
    earlier = type(garden).objects.get(pk=garden.pk)
    assert latest.request_due(now) == 1
    assert not latest.claim(earlier, now)


def test_one_that_failed_is_replaced_by_the_next_one_and_they_never_pile_up(garden, footage, now):
    latest.request_due(now)
    render(garden)
    for attempt in range(1, 4):
        add_frame(garden, footage, 5 + attempt)
        assert latest.request_due(now + attempt * HOUR) == 1
        actions.fail(latest_of(garden)[0], tasks.INTERNAL)
        assert [movie.state for movie in latest_of(garden)] == ["failed", "ready"]


def test_movies_of_people_are_left_alone(garden, user, now):
    own = actions.request_render(garden.pk, latest.options_of(**SMALL), user)
    tasks.render_movie(own.pk)
    latest.request_due(now)
    render(garden)
    latest.remove_replaced(garden.pk)
    assert Movie.objects.get(pk=own.pk).state == "ready"


def test_other_options_are_rendered_at_once(garden, now):
    latest.request_due(now)
    render(garden)
    keep_latest_movie(garden.pk, every_s=900, **{**SMALL, "fps": 12})
    assert latest.request_due(now) == 1
    render(garden)
    (movie,) = latest_of(garden)
    assert movie.fps == 12


def test_one_that_is_refused_is_tried_again_as_late_as_any_other(media, footage, now):
    garden = film(footage("bikes")[:2])
    keep_latest_movie(garden.pk, every_s=3600, **{**SMALL, "size": "8x8"})
    assert latest.request_due(now) == 0
    garden.refresh_from_db()
    assert garden.latest_requested_at == now
    assert [reason["code"] for reason in garden.latest_refusals] == [
        "width_out_of_range",
        "height_out_of_range",
    ]
    # Changed to what can be rendered, it is requested at once, and nothing is left of the refusal.
    keep_latest_movie(garden.pk, every_s=3600, **SMALL)
    garden.refresh_from_db()
    assert garden.latest_refusals == []
    assert latest.request_due(now) == 1


def test_a_refused_one_says_so_until_one_is_requested_or_none_is_kept(member, media, footage, now):
    asked = "query ($id: ID!) { node(id: $id) { ... on Timelapse { latestMovieRequestedAt "
    asked += "latestMovieRefusals { code message remedy } } } }"
    garden = film(footage("bikes")[:2])

    def shown():
        return member.ask(asked, id=relay.to_base64("Timelapse", garden.pk))["data"]["node"]

    assert shown() == {"latestMovieRequestedAt": None, "latestMovieRefusals": []}
    keep_latest_movie(garden.pk, every_s=3600, **{**SMALL, "size": "8x8"})
    latest.request_due(now)
    found = shown()
    assert found["latestMovieRequestedAt"] == now.isoformat()
    assert found["latestMovieRefusals"][0] == {
        "code": "width_out_of_range",
        "message": "A width of 8 pixels can't be rendered.",
        "remedy": found["latestMovieRefusals"][0]["remedy"],
    }
    garden.refresh_from_db()
    garden.latest_options |= {"size": "320x136"}
    garden.save(update_fields=["latest_options"])
    assert latest.request_due(now + HOUR) == 1
    assert shown()["latestMovieRefusals"] == []
    stop_latest_movie(garden.pk)
    assert shown()["latestMovieRefusals"] == []


def test_a_look_takes_as_many_queries_for_many_movies_as_for_one(garden, now):
    latest.request_due(now)
    render(garden)

    def queries_of_a_look():
        with CaptureQueriesContext(connection) as captured:
            assert latest.request_due(now + HOUR) == 0
        return len(captured)

    before = queries_of_a_look()
    for _ in range(5):
        Movie.objects.create(timelapse=garden, fps=24, width=64, height=48, state="ready")
    assert queries_of_a_look() == before <= 4


def applied(member, garden, name, **values):
    answer = member.ask(
        APPLY, input={"id": relay.to_base64("Timelapse", garden.pk), "name": name, "input": values}
    )
    return answer["data"]["transition"]


def allowed(answer):
    return {each["name"]: each["allowed"] for each in answer["object"]["availableTransitions"]}


def test_keeping_one_requests_it_and_shows_how_often(member, media, footage):
    garden = film(footage("bikes")[:2])
    answer = applied(member, garden, "keep_latest_movie", every_s=900, preset="sky")
    assert answer["errors"] == []
    assert answer["object"]["latestMovieEverySeconds"] == 900
    (edge,) = answer["object"]["movies"]["edges"]
    assert edge["node"] == {"name": "Latest movie", "state": "queued"}
    assert allowed(answer)["stop_latest_movie"]

    answer = applied(member, garden, "stop_latest_movie")
    assert answer["object"]["latestMovieEverySeconds"] is None
    assert not allowed(answer)["stop_latest_movie"]
    assert Movie.objects.count() == 1, "what was requested stays"
    (error,) = applied(member, garden, "stop_latest_movie")["errors"]
    assert error["code"] == "no_latest_movie"


def test_a_timelapse_without_frames_gets_one_later(member, media):
    answer = applied(member, timelapse(), "keep_latest_movie")
    assert answer["object"]["latestMovieEverySeconds"] == 3600
    assert answer["object"]["movies"]["edges"] == []


@pytest.mark.parametrize(("field", "value"), [("every_s", 1), ("preset", "share"), ("fps", 1000)])
def test_what_isnt_offered_is_refused(member, media, footage, field, value):
    garden = film(footage("bikes")[:2])
    (error,) = applied(member, garden, "keep_latest_movie", **{field: value})["errors"]
    assert (error["field"], error["code"]) == (field, "wrong_value")
    assert not Movie.objects.exists()
