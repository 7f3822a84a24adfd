from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from tests.factories import frame, timelapse

import fsmlock
from timelapse.rendering import actions, queries, trash
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.events import movie_changed
from timelapse.rendering.models import Movie
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def garden(media):
    found = timelapse()
    for _ in range(3):
        frame(found.camera)
    return found


@pytest.fixture
def movie(garden, user):
    return actions.request_render(garden.pk, RenderOptions(), user)


def put(movie, state):
    Movie.objects.filter(pk=movie.pk).update(state=state)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_requesting_a_movie_puts_it_in_the_queue(garden, user):
    movie = actions.request_render(garden.pk, RenderOptions(fps=24, width=641, height=481), user)
    assert movie.state == Movie.States.QUEUED
    assert (movie.fps, movie.width, movie.height) == (24, 640, 480)
    assert movie.frame_count == 3
    assert movie.requested_by == user
    stored = Movie.objects.get(pk=movie.pk)
    assert stored.task_id
    assert stored.sent_at is not None


def test_a_movie_is_renamed_while_a_worker_is_at_it_and_keeps_the_title(movie, user):
    user.user_permissions.add(Permission.objects.get(codename="change_movie"))
    working = queries.movie_by_id(movie.pk)
    actions.begin(working, 1)
    assert actions.rename_movie(movie.pk, " Spring ", user).title == "Spring"
    actions.fail(working, actions.WORKERS_DIED)
    stored = Movie.objects.get(pk=movie.pk)
    assert (stored.state, stored.title, queries.name_of(stored)) == ("failed", "Spring", "Spring")
    actions.rename_movie(movie.pk, "", user)
    assert queries.name_of(Movie.objects.get(pk=movie.pk)) == f"Movie {movie.pk}"


@pytest.mark.parametrize("title", ["x" * 81, "two\nlines", "nul\0"])
def test_a_title_that_is_no_line_is_refused_and_changes_nothing(movie, title):
    with pytest.raises(fsmlock.Refused) as refused:
        actions.rename_movie(movie.pk, title)
    assert codes(refused) == ["title_invalid"]
    assert Movie.objects.get(pk=movie.pk).title == ""


def test_without_a_size_the_movie_is_shaped_as_its_pictures_upright(garden, user):
    garden.frames().update(width=3000, height=4000, orientation=6)
    frame(garden.camera)
    movie = actions.request_render(garden.pk, RenderOptions(), user)
    assert (movie.width, movie.height, movie.frame_count) == (1440, 1080, 4)


def test_a_movie_of_a_time_shows_its_frames_alone(garden, user):
    times = list(garden.frames().values_list("captured_at", flat=True))
    options = RenderOptions(since=times[1], until=times[2], title=" The second ")
    movie = actions.request_render(garden.pk, options, user)
    assert movie.frame_count == 1
    assert [frame.captured_at for frame in queries.frames_of_movie(movie)] == [times[1]]
    assert queries.file_name(movie) == f"Garden {movie.created_at:%Y-%m-%d} The second.mp4"


def test_a_time_without_frames_is_refused_before_anything_is_queued(garden, user):
    last = garden.frames().last()
    after = last.captured_at + timedelta(microseconds=1)
    garden.frames().filter(pk=last.pk).update(hidden_at=after)
    for options in (RenderOptions(since=after), RenderOptions(since=last.captured_at)):
        with pytest.raises(actions.InvalidOptions) as refused:
            actions.request_render(garden.pk, options, user)
        assert {field: reason.code for field, reason in refused.value.by_field.items()} == {
            "from": "no_frame_chosen"
        }
    assert not Movie.objects.exists()


def test_a_selection_without_frames_is_refused_before_anything_is_queued(garden, user):
    options = RenderOptions(selection=Selection(windows=("03:00..03:01",)), style=Style(end_text="The end"))
    with pytest.raises(actions.InvalidOptions) as refused:
        actions.request_render(garden.pk, options, user)
    assert codes(refused) == ["none_selected"]
    assert not Movie.objects.exists()


def test_watchers_are_notified_of_every_change(garden, user):
    reported = []

    def listen(*, event, **_):
        reported.append((event.timelapse, event.state))

    movie_changed.connect(listen)
    try:
        movie = actions.request_render(garden.pk, RenderOptions(), user)
        actions.cancel_movie(movie.pk, user)
    finally:
        movie_changed.disconnect(listen)
    assert set(reported) == {(garden.pk, "queued"), (garden.pk, "cancelled")}


def test_a_timelapse_without_frames_gives_the_reason(media, user):
    with pytest.raises(fsmlock.ActionRefused) as refused:
        actions.request_render(timelapse().pk, RenderOptions(), user)
    assert codes(refused) == ["no_frames"]
    assert Movie.objects.count() == 0


def test_an_unknown_timelapse_is_refused(user, db):
    with pytest.raises(fsmlock.Refused) as refused:
        actions.request_render(4711, RenderOptions(), user)
    assert codes(refused) == ["no_timelapse"]


def test_every_invalid_option_is_named(garden, user):
    with pytest.raises(actions.InvalidOptions) as refused:
        actions.request_render(garden.pk, RenderOptions(fps=0, width=1, height=10_000), user)
    assert list(refused.value.by_field) == ["fps", "width", "height"]


def test_a_waiting_movie_is_cancelled_at_once_and_can_be_retried(movie, user):
    assert actions.cancel_movie(movie.pk, user).state == Movie.States.CANCELLED
    again = actions.retry_movie(movie.pk, user)
    assert again.state == Movie.States.QUEUED
    assert again.finished_at is None
    assert again.task_id != movie.task_id


def test_a_movie_whose_worker_is_gone_is_cancelled_at_once(movie, user):
    put(movie, Movie.States.RENDERING)
    assert actions.cancel_movie(movie.pk, user).state == Movie.States.CANCELLED


def test_cancelling_one_movie_leaves_the_worker_of_another_alone(movie, garden, user):
    put(movie, Movie.States.RENDERING)
    with fsmlock.hold(garden, "render", why="another movie") as held:
        assert actions.cancel_movie(movie.pk, user).state == Movie.States.CANCELLED
        held.renew()
        held.check()


@pytest.mark.parametrize("state", ["queued", "rendering"])
def test_a_movie_that_no_worker_has_is_paused_at_once_and_resumed_or_cancelled(movie, user, state):
    put(movie, state)
    assert actions.pause_movie(movie.pk, user).state == Movie.States.PAUSED
    assert actions.retry_movie(movie.pk, user).state == Movie.States.QUEUED
    actions.pause_movie(movie.pk, user)
    assert actions.cancel_movie(movie.pk, user).state == Movie.States.CANCELLED


def test_a_movie_of_which_nothing_is_finished_cant_be_started_over(movie, user):
    put(movie, Movie.States.CANCELLED)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        actions.start_movie_over(movie.pk, user)
    assert codes(refused) == ["nothing_finished"]


@pytest.mark.parametrize("state", ["ready", "failed", "cancelled"])
def test_what_is_over_cant_be_cancelled(movie, user, state):
    put(movie, state)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        actions.cancel_movie(movie.pk, user)
    assert codes(refused) == ["state"]


@pytest.mark.parametrize("state", ["queued", "rendering", "ready"])
def test_what_didnt_fail_needs_no_retry(movie, user, state):
    put(movie, state)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        actions.retry_movie(movie.pk, user)
    assert codes(refused) == ["state"]


def test_a_retry_forgets_the_failure(movie, user):
    actions.fail(movie, fsmlock.Reason(code="disk_full", message="Full.", remedy="Tidy up."))
    assert (movie.state, movie.failure_message) == (Movie.States.FAILED, "Full.")
    again = actions.retry_movie(movie.pk, user)
    assert (again.failure_code, again.failure_message, again.attempts) == ("", "", 0)


def test_deleting_removes_the_files_and_hides_the_movie(movie, user):
    put(movie, Movie.States.READY)
    queries.folder_of(movie.pk).mkdir(parents=True)
    queries.video_of(movie.pk).write_bytes(b"a movie")
    actions.delete_movie(movie.pk)
    assert not queries.folder_of(movie.pk).exists()
    assert queries.movie_by_id(movie.pk) is None
    assert Movie.objects.get(pk=movie.pk).state == Movie.States.DELETED
    with pytest.raises(fsmlock.Refused) as refused:
        actions.delete_movie(movie.pk)
    assert codes(refused) == ["no_movie"]


def test_what_a_crash_left_half_deleted_is_deleted_on_the_next_request(movie, user):
    put(movie, Movie.States.DELETING)
    assert actions.delete_movie(movie.pk).state == Movie.States.DELETED


@pytest.mark.parametrize("state", ["queued", "rendering"])
def test_a_movie_under_way_cant_be_deleted(movie, user, state):
    put(movie, state)
    with pytest.raises(fsmlock.TransitionRefused):
        actions.delete_movie(movie.pk)


def test_of_two_changes_at_once_the_second_is_refused(movie, user):
    stale = Movie.objects.get(pk=movie.pk)
    actions.cancel_movie(movie.pk, user)
    with pytest.raises(fsmlock.StaleState):
        actions.mark_cancelled(stale)


@pytest.mark.parametrize(
    "action",
    [
        actions.pause_movie,
        actions.cancel_movie,
        actions.retry_movie,
        actions.start_movie_over,
        trash.trash_movie,
        trash.delete_for_good,
    ],
)
def test_a_movie_that_isnt_there_is_refused(action, user):
    with pytest.raises(fsmlock.Refused) as refused:
        action(4711, user)
    assert codes(refused) == ["no_movie"]
