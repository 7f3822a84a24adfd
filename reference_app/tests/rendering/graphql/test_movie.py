from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests.factories import film, frame, timelapse
from tests.held_locks import held_elsewhere

import fsmlock
from timelapse.rendering import actions, queries, tasks
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.rendering.waiting import waiting_reasons

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]

ONE = """
query ($id: ID!) { node(id: $id) { ... on Movie {
  name state fps width height frameCount durationSeconds bytes videoUrl posterUrl
  thumbnailsUrl finishedAt causalId requestedBy renderSeconds
  failure { code message remedy } leftOut { frame reason } waiting { code message remedy }
  progress { done total unit liveness outcome causalId by } timelapse { name camera { name } }
} } }
"""
LIST = """
query ($id: ID!) { node(id: $id) { ... on Timelapse { movies(first: 50) { totalCount edges { node {
  id name state bytes videoUrl progress { done } waiting { code } timelapse { name camera { name } }
  availableTransitions { name allowed reasons { code } } leftOut { frame } failure { code }
} } } } } }
"""


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def made(garden, state="queued", **info):
    movie = Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, **info)
    Movie.objects.filter(pk=movie.pk).update(state=state)
    movie.refresh_from_db()
    return movie


def test_its_chapters_say_where_each_of_its_days_begins(member):
    movie = made(timelapse(), "ready", chapters=[{"begins_s": 1.5, "date": "2026-06-02", "span": "day"}])
    fields = "requestedBy chapters { beginsAtSeconds date span }"
    asked = f"query ($id: ID!) {{ node(id: $id) {{ ... on Movie {{ {fields} }} }} }}"
    assert member.ask(asked, id=gid(movie))["data"]["node"] == {
        "requestedBy": None,
        "chapters": [{"beginsAtSeconds": 1.5, "date": "2026-06-02", "span": "DAY"}],
    }


def test_a_finished_movie_shows_its_file_and_its_progress(member, footage, user):
    movie = actions.request_render(
        film(footage("bikes")[:5]).pk, RenderOptions(fps=5, width=64, height=28), user
    )
    tasks.render_movie(movie.pk)
    shown = member.ask(ONE, id=gid(movie))["data"]["node"]
    assert (shown["state"], shown["frameCount"], shown["durationSeconds"]) == ("ready", 5, 1)
    assert shown["bytes"] > 0
    assert shown["videoUrl"] == f"/media/movies/{movie.pk}.mp4"
    assert shown["posterUrl"] == f"/media/posters/{movie.pk}.jpg"
    assert shown["thumbnailsUrl"] == f"/media/sprites/{movie.pk}.vtt"
    assert shown["requestedBy"] == user.get_username()
    assert shown["renderSeconds"] > 0
    queries.thumbnails_of(movie.pk).unlink()
    older = member.ask(ONE, id=gid(movie))["data"]["node"]
    assert older["thumbnailsUrl"] is None, "one that was rendered without"
    assert shown["finishedAt"]
    assert (shown["failure"], shown["leftOut"], shown["waiting"]) == (None, [], [])
    assert shown["timelapse"] == {"name": "Garden", "camera": {"name": "Roof"}}


def test_progress_of_an_earlier_attempt_is_not_shown_as_the_present_ones(member, footage, user):
    movie = actions.request_render(film(footage("bikes")[:2]).pk, RenderOptions(width=64, height=28), user)
    tasks.render_movie(movie.pk)
    Movie.objects.filter(pk=movie.pk).update(causal_id="f" * 32)
    assert member.ask(ONE, id=gid(movie))["data"]["node"]["progress"] is None


def test_a_failure_is_shown_with_what_to_do(member):
    movie = made(timelapse(), left_out=[{"frame": "a.jpg", "code": "empty", "reason": "Its file is empty."}])
    actions.fail(movie, fsmlock.Reason(code="disk_full", message="Full.", remedy="Tidy up."))
    shown = member.ask(ONE, id=gid(movie))["data"]["node"]
    assert shown["failure"] == {"code": "disk_full", "message": "Full.", "remedy": "Tidy up."}
    assert shown["leftOut"] == [{"frame": "a.jpg", "reason": "Its file is empty."}]
    assert (shown["videoUrl"], shown["posterUrl"], shown["bytes"]) == (None, None, None)


def test_a_queued_movie_says_who_holds_the_lock_that_it_waits_for(member):
    garden = timelapse()
    with held_elsewhere(garden, "render", "Movie 3"):
        (reason,) = member.ask(ONE, id=gid(made(garden)))["data"]["node"]["waiting"]
    assert reason["code"] == "held"
    assert "Movie 3" in reason["message"]
    assert reason["remedy"]


def test_a_queued_movie_says_what_its_queue_waits_for(member, user):
    garden = timelapse()
    frame(garden.camera)
    movie = actions.request_render(garden.pk, RenderOptions(), user)
    (now,) = waiting_reasons([movie])[movie]
    assert (now.code, now.remedy) == ("on_its_way", "")  # the answer to the click
    assert member.ask(ONE, id=gid(movie))["data"]["node"]["waiting"]
    Movie.objects.filter(pk=movie.pk).update(sent_at=movie.created_at - timedelta(minutes=1))
    waiting = member.ask(ONE, id=gid(movie))["data"]["node"]["waiting"]
    assert waiting
    assert "held" not in {reason["code"] for reason in waiting}


def test_a_movie_whose_worker_is_asked_to_stop_says_by_whom_and_when(member, user):
    garden = timelapse()
    query = "query ($id: ID!) { node(id: $id) { ... on Movie { state cancelRequest { by at pauses } } } }"
    with held_elsewhere(garden, "render", "Movie 3") as held:
        movie = made(garden, state="rendering", token=held.token)
        assert member.ask(query, id=gid(movie))["data"]["node"]["cancelRequest"] is None
        actions.cancel_movie(movie.pk, user)
        shown = member.ask(query, id=gid(movie))["data"]["node"]
        actions.pause_movie(movie.pk, user)
        pausing = member.ask(query, id=gid(movie))["data"]["node"]
    assert (shown["cancelRequest"]["pauses"], pausing["cancelRequest"]["pauses"]) == (False, True)
    assert (shown["state"], shown["cancelRequest"]["by"]) == ("rendering", "editor")
    assert datetime.fromisoformat(shown["cancelRequest"]["at"]).tzinfo is not None


def test_a_deleted_movie_is_gone(member):
    movie = made(timelapse(), state="deleted")
    assert member.ask(ONE, id=gid(movie))["data"]["node"] is None


def test_movies_come_newest_first_in_as_many_queries_for_twenty_as_for_two(member):
    garden = timelapse()

    def queries():
        with CaptureQueriesContext(connection) as queries:
            answer = member.ask(LIST, id=gid(garden))
        assert "errors" not in answer
        return len(queries), answer["data"]["node"]["movies"]

    first = made(garden)
    made(garden, state="ready")
    queries()
    few, _ = queries()
    for state in ("queued", "failed", "ready", "cancelled", "rendering", "queued") * 3:
        last = made(garden, state=state)
    many, shown = queries()
    assert many == few
    assert shown["totalCount"] == 20
    assert [edge["node"]["id"] for edge in shown["edges"]][::19] == [gid(last), gid(first)]


def test_a_timelapse_tells_what_to_expect_of_a_movie(member):
    garden = timelapse()
    frame(garden.camera)
    made(garden, state="ready", frame_count=100, encoded_frames=100, bytes=100_000, render_s=8.0)
    query = """query ($id: ID!, $fps: Float!) { node(id: $id) { ... on Timelapse {
      renderEstimate(fps: $fps, width: 64, height: 48) {
        frames durationSeconds width height lowBytes highBytes lowRenderSeconds highRenderSeconds
    } } } }"""
    assert member.ask(query, id=gid(garden), fps=10)["data"]["node"]["renderEstimate"] == {
        "frames": 1,
        "durationSeconds": 0.1,
        "width": 64,
        "height": 48,
        "lowBytes": 750,
        "highBytes": 1330,
        "lowRenderSeconds": pytest.approx(0.06),
        "highRenderSeconds": pytest.approx(0.1064),
    }
    assert member.ask(query, id=gid(garden), fps=1e9)["data"]["node"]["renderEstimate"] is None


def test_who_may_see_no_movies_gets_no_estimate_from_them(member, user):
    garden = timelapse()
    frame(garden.camera)
    made(garden, state="ready", frame_count=100, encoded_frames=100, bytes=100_000, render_s=8.0)
    user.user_permissions.remove(Permission.objects.get(codename="view_movie"))
    query = "query ($id: ID!) { node(id: $id) { ... on Timelapse { renderEstimate { lowBytes } } } }"
    answer = member.ask(query, id=gid(garden))
    assert answer["data"]["node"]["renderEstimate"] is None
    assert "rendering.view_movie" in answer["errors"][0]["message"]


def test_anonymous_users_see_no_movie(anonymous):
    answer = anonymous.ask(ONE, id=gid(made(timelapse())))
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"
