from __future__ import annotations

import pytest
from tests.factories import film
from tests.held_locks import held_elsewhere

from timelapse.rendering import actions, queries, tasks, watching
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie

pytestmark = pytest.mark.django_db(transaction=True)
END = "#EXT-X-ENDLIST"


@pytest.fixture
def movie(media, footage, user):
    """A movie of two segments that was rendered."""
    garden = film(footage("bikes")[:60])
    movie = actions.request_render(garden.pk, RenderOptions(fps=25, width=160, height=68), user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert [frames for _, frames in movie.segments] == [30, 30]
    return movie


def put(movie, state):
    Movie.objects.filter(pk=movie.pk).update(state=state)
    movie.refresh_from_db()


def test_there_is_nothing_to_watch_before_the_first_segment(movie):
    movie.segments = []
    assert watching.live_url(movie) is None
    assert watching.piece(movie, "init.mp4") is None


def test_a_playlist_has_no_end_as_long_as_a_worker_renders_the_movie(movie):
    put(movie, Movie.States.RENDERING)
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        movie.token = held.token
        assert END not in watching.playlist(movie)
    assert END in watching.playlist(movie), "its worker is gone"


@pytest.mark.parametrize("state", ["queued", "ready", "failed", "cancelled", "paused"])
def test_a_playlist_of_what_nobody_renders_has_an_end(movie, state):
    put(movie, state)
    assert END in watching.playlist(movie)


def test_everything_that_the_playlist_names_is_there(movie):
    names = [
        line.rpartition("/")[2].rstrip('"') for line in watching.playlist(movie).splitlines() if "/" in line
    ]
    assert names == ["init.mp4", "0.m4s", "1.m4s"]
    assert all(watching.piece(movie, name) for name in names)
    assert watching.piece(movie, "2.m4s") is None
    assert watching.piece(movie, "../1.m4s") is None


def test_a_piece_that_was_swept_is_gone(movie):
    for file in queries.segments_of(movie.timelapse_id).iterdir():
        file.unlink()
    assert watching.piece(movie, "0.m4s") is None
