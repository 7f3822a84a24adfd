from __future__ import annotations

import re
import shutil
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import av
import numpy as np
import pytest
from celery import current_app
from django.db import connections
from django.db.models.functions import Now
from tests.factories import film, frame, lengthen
from tests.held_locks import held_elsewhere
from tests.waiting import wait_until

import fsmlock
from eliot_progress import extract
from timelapse.frames.models import Frame
from timelapse.frames.queries import file_of
from timelapse.rendering import actions, queries, sounds, tasks, waiting
from timelapse.rendering.domain import MAX_ATTEMPTS, RenderOptions, SoundOptions
from timelapse.rendering.events import movie_changed
from timelapse.rendering.models import Movie
from timelapse.rendering.pipeline.cut import FIRST_SEGMENT, LONGEST_SEGMENT
from timelapse.rendering.pipeline.geometry import Size
from timelapse.rendering.pipeline.verify import inspect
from timelapse.rendering.planning import plan_of
from timelapse.rendering.sound_intake import add_sound
from timelapse.rendering.style import Style
from timelapse.shared.progress import about, store
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db(transaction=True)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SMALL = RenderOptions(fps=25, width=320, height=136)
LARGE = RenderOptions(fps=25, width=1920, height=816)


@pytest.fixture
def garden(media, footage):
    return film(footage("bikes")[:30])


@pytest.fixture
def movie(garden, user):
    return actions.request_render(garden.pk, SMALL, user)


def test_another_movie_with_sound_encodes_no_frame_and_plays_it(garden, movie, user, sound):
    tasks.render_movie(movie.pk)
    file = sounds.incoming_folder() / "arriving"
    shutil.copy(sound(0.5), file)
    song = SoundOptions(sha256=add_sound(file, "Song.wav").sha256)
    played = actions.request_render(garden.pk, replace(SMALL, sound=song), user)
    tasks.render_movie(played.pk)
    played.refresh_from_db()
    assert (played.state, played.encoded_frames, played.frame_count) == ("ready", 0, 30)
    with av.open(str(queries.video_of(played.pk))) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        loud = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.abs(loud).max() == pytest.approx(0.5, abs=0.05)


@contextmanager
def rendering(movie):
    """A worker at it, in a thread of its own."""

    def work():
        try:
            with extract(movie.cause).start_child("movie:send"):
                tasks.render_movie(movie.pk)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        wait_until(lambda: Movie.objects.get(pk=movie.pk).state == Movie.States.RENDERING)
        wait_until(lambda: (state := store().latest(about(movie))) and state.done > 5)
        yield
    finally:
        thread.join(30)
    movie.refresh_from_db()


def take_message(movie):
    """Take the message of the movie's task out of its queue, which tests share, and return it."""
    with current_app.connection_for_write() as connection:
        queue = connection.default_channel.client
        (message,) = [each for each in queue.lrange("render", 0, -1) if movie.task_id.encode() in each]
        assert queue.lrem("render", 1, message) == 1
    return message


def put_first(movie):
    """Let the movie's task be the next of its queue: of a long queue only the first are read."""
    message = take_message(movie)
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.rpush("render", message)


def works_of(movie):
    """What has succeeded for it, with how much was done."""
    ended = store().ended(outcome="succeeded")
    return {state.action_type: state.done for state in ended if state.about == about(movie)}


def forget_sending(movie):
    Movie.objects.filter(pk=movie.pk).update(sent_at=Now() - timedelta(minutes=1))


def test_a_movie_is_rendered_verified_and_ready(movie):
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert movie.state == Movie.States.READY
    info = inspect(queries.video_of(movie.pk))
    assert (movie.frame_count, movie.duration_s, movie.bytes) == (30, pytest.approx(1.2), info.bytes)
    assert (info.frame_count, info.size) == (30, Size(320, 136))
    assert movie.left_out == []
    assert [frames for _, frames in movie.segments] == [30]
    assert movie.frames_done == 30
    assert movie.finished_at >= movie.created_at
    assert queries.poster_of(movie.pk).exists()
    assert fsmlock.holds_on(movie.timelapse) == ()


def test_watchers_are_notified_once_more_when_the_lock_is_free_again(movie):
    rendering_is_free = []

    def on_change(*, event, **_):
        rendering_is_free.append(not fsmlock.holds_on(movie.timelapse))

    movie_changed.connect(on_change)
    try:
        tasks.render_movie(movie.pk)
    finally:
        movie_changed.disconnect(on_change)
    assert rendering_is_free == [False, False, True], "begun, ready, free"


def test_a_movie_of_two_days_has_chapters_that_count_only_the_frames_in_it(garden, user):
    camera = garden.camera
    noon = list(garden.frames())[-1].captured_at
    file_of(list(garden.frames())[3]).write_bytes(b"damaged")
    for number in range(3):
        shown = file_of(next(iter(garden.frames()))).read_bytes()
        frame(camera, shown + bytes([number]), at=noon + timedelta(days=1, seconds=number))
    movie = actions.request_render(garden.pk, replace(SMALL, style=Style(end_text="The end")), user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, len(movie.left_out)) == ("ready", 1)
    days = [noon.date(), noon.date() + timedelta(days=1)]
    assert movie.chapters == [
        {"begins_s": 0.0, "date": days[0].isoformat(), "span": "day"},
        {"begins_s": 29 / 25, "date": days[1].isoformat(), "span": "day"},
    ]


def test_progress_is_reported_to_its_end_under_the_movies_name(movie):
    tasks.render_movie(movie.pk)
    state = wait_until(lambda: (found := store().latest(about(movie))) and found.outcome and found)
    assert (state.outcome, state.done, state.total, state.unit) == ("succeeded", 30, 30, "frame")
    assert (state.action_type, state.by, state.description) == (
        "render:movie",
        "editor",
        f"Rendering {movie}",
    )
    assert state.step == "publish"


def test_a_task_delivered_again_renders_nothing_twice(movie):
    tasks.render_movie(movie.pk)
    before = queries.video_of(movie.pk).stat()
    tasks.render_movie(movie.pk)
    assert queries.video_of(movie.pk).stat() == before
    assert Movie.objects.get(pk=movie.pk).attempts == 1


def test_a_task_for_a_movie_that_is_gone_does_nothing(db):
    tasks.render_movie(4711)


def test_a_movie_waits_while_somebody_else_holds_the_lock(movie):
    with held_elsewhere(movie.timelapse, "render", "an import"):
        with pytest.raises(fsmlock.HoldRefused) as refused:
            tasks.render_movie(movie.pk)
        assert refused.value.retry_after is not None, "the task comes back"
        assert queries.is_in_line(movie)
        movie.refresh_from_db()
        assert movie.state == Movie.States.QUEUED
        assert [reason.params["why"] for reason in queries.render_lock_reasons(movie.timelapse)] == [
            "an import"
        ]


def test_the_next_movie_in_line_is_sent_for_when_one_is_done(movie, user):
    next_one = actions.request_render(movie.timelapse_id, SMALL, user)
    last = actions.request_render(movie.timelapse_id, SMALL, user)
    tasks.render_movie(movie.pk)
    assert Movie.objects.get(pk=next_one.pk).task_id != next_one.task_id
    assert Movie.objects.get(pk=last.pk).task_id == last.task_id


def test_a_movie_that_waits_says_behind_what(movie, user):
    second = actions.request_render(movie.timelapse_id, SMALL, user)
    third = actions.request_render(movie.timelapse_id, SMALL, user)
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        found = waiting.waiting_reasons([second, third])
    assert [reason.code for reason in found[second]] == ["behind_rendering"]
    assert found[second][0].message == f"It waits behind {movie}, which is being rendered."
    assert [reason.code for reason in found[third]] == ["behind_rendering", "behind"]
    assert found[third][1].message == f"It waits behind {second}."


def test_a_movie_that_waits_calls_the_others_by_their_titles_and_names_only_some(movie, user):
    actions.rename_movie(movie.pk, "Spring", user)
    movie.refresh_from_db()
    others = [
        actions.request_render(movie.timelapse_id, replace(SMALL, title=f"Take {number}"), user)
        for number in range(1, 7)
    ]
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        found = waiting.waiting_reasons(others)
    assert found[others[0]][0].message == "It waits behind Spring, which is being rendered."
    assert found[others[4]][1].message == "It waits behind Take 1, Take 2, Take 3, Take 4."
    assert found[others[5]][1].message == "It waits behind Take 1, Take 2, Take 3, 2 more."


def test_a_movie_that_is_being_rendered_is_not_rendered_by_a_second_delivery(movie):
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        tasks.render_movie(movie.pk)
        assert not queries.is_in_line(movie)
    assert Movie.objects.get(pk=movie.pk).attempts == 1


def test_a_damaged_frame_is_left_out_and_reported_by_its_file_name(garden, user):
    bad = garden.frames()[3]
    file_of(bad).write_bytes(b"no picture any more")
    movie = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert movie.state == Movie.States.READY
    assert movie.frame_count == 29
    (left,) = movie.left_out
    assert (left["frame"], left["code"]) == ("00004.jpg", "not_a_picture")
    assert left["reason"]


def test_a_movie_of_which_no_frame_can_be_read_fails_with_the_reason(garden, user):
    for one in garden.frames():
        file_of(one).unlink()
    movie = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "no_usable_frames")
    assert movie.failure_remedy
    assert list(queries.folder_of(movie.pk).iterdir()) == []


def test_an_error_that_nobody_thought_of_fails_the_movie_and_is_logged(movie, settings):
    settings.TIMELAPSE = {"max_pixels": "not a number"}
    with pytest.raises(TypeError):
        tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "internal")


def test_frames_that_come_after_the_request_are_not_in_the_movie(movie, garden, footage):
    frame(garden.camera, footage("bikes")[40].read_bytes())
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert movie.frame_count == inspect(queries.video_of(movie.pk)).frame_count == 30
    assert garden.frames().count() == 31


def test_a_retry_is_the_same_movie_and_continues_after_what_was_done(movie, garden, user, footage):
    in_the_way = queries.video_of(movie.pk)
    in_the_way.mkdir(parents=True)
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "not_stored")
    assert movie.frames_done == 30

    frame(garden.camera, footage("bikes")[40].read_bytes())
    in_the_way.rmdir()
    again = actions.retry_movie(movie.pk, user)
    assert (again.frame_count, again.frames_done) == (30, 30)
    for one in garden.frames():
        file_of(one).unlink()  # what is done needs no picture any more
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.frame_count, movie.left_out) == (Movie.States.READY, 30, [])


@pytest.mark.slow
def test_a_stretch_of_a_movie_is_made_of_its_segments_and_encodes_none_of_them_again(media, footage, user):
    garden = film(footage("bikes")[:240])
    whole = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(whole.pk)
    whole.refresh_from_db()
    segments = plan_of(whole).segments
    assert len(segments) > 3
    before = {path.name: path.read_bytes() for path in queries.segments_of(garden.pk).iterdir()}
    times = [recipe.captured_us for segment in segments[2:-1] for recipe in segment.recipes]
    first, last = (EPOCH + timedelta(microseconds=time) for time in (times[0], times[-1]))

    exactly = replace(SMALL, since=first, until=last + timedelta(microseconds=1))
    part = actions.request_render(garden.pk, exactly, user)
    tasks.render_movie(part.pk)
    part.refresh_from_db()
    assert (part.state, part.frame_count, part.encoded_frames) == (Movie.States.READY, len(times), 0)
    assert part.segments == whole.segments[2:-1]
    assert inspect(queries.video_of(part.pk)).frame_count == len(times)

    longer = replace(SMALL, since=first - timedelta(seconds=10), until=last + timedelta(seconds=10))
    part = actions.request_render(garden.pk, longer, user)
    tasks.render_movie(part.pk)
    part.refresh_from_db()
    assert part.frame_count == len(times) + 19, "the end itself is not in it"
    assert part.encoded_frames < 2 * LONGEST_SEGMENT
    kept = {path.name: path.read_bytes() for path in queries.segments_of(garden.pk).iterdir()}
    assert before.items() <= kept.items()


@pytest.mark.slow
def test_a_stretch_from_the_middle_is_soon_watched_too_unless_its_first_segment_is_there(
    media, footage, user
):
    garden = film(footage("bikes")[:200])
    first = garden.frames().order_by("captured_at")[7].captured_at
    stretch = actions.request_render(garden.pk, replace(SMALL, since=first), user)
    assert len(plan_of(stretch).segments[0].recipes) > 2 * FIRST_SEGMENT
    tasks.render_movie(stretch.pk)
    stretch.refresh_from_db()
    assert stretch.segments[0][1] == FIRST_SEGMENT
    assert (stretch.frame_count, stretch.encoded_frames) == (193, 193)
    again = actions.request_render(garden.pk, replace(SMALL, since=first), user)
    tasks.render_movie(again.pk)
    again.refresh_from_db()
    assert (again.segments, again.encoded_frames) == (stretch.segments, 0)
    assert queries.video_of(again.pk).read_bytes() == queries.video_of(stretch.pk).read_bytes()


def stopped(movie, **values):
    """It was stopped after its only segment was finished."""
    tasks.render_movie(movie.pk)
    Movie.objects.filter(pk=movie.pk).update(state=Movie.States.PAUSED, **values)
    movie.refresh_from_db()


def test_starting_over_encodes_the_same_frames_again_and_gives_the_same_bytes(movie, user, tmp_path):
    stopped(movie)
    (segment,) = queries.segments_of(movie.timelapse_id).iterdir()
    (first := tmp_path / "first").hardlink_to(segment)
    bytes_of_movie = queries.video_of(movie.pk).read_bytes()
    again = actions.start_movie_over(movie.pk, user)
    assert (again.state, again.frames_done, again.segments) == (Movie.States.QUEUED, 0, [])
    assert segment.exists(), "somebody else may be using it: only the worker removes it"
    tasks.render_movie(movie.pk)
    assert not segment.samefile(first)
    assert queries.video_of(movie.pk).read_bytes() == bytes_of_movie
    movie.refresh_from_db()
    assert (movie.state, movie.afresh) == (Movie.States.READY, False)


def test_resuming_encodes_nothing_that_is_finished(movie, user, tmp_path):
    stopped(movie)
    (segment,) = queries.segments_of(movie.timelapse_id).iterdir()
    (first := tmp_path / "first").hardlink_to(segment)
    actions.retry_movie(movie.pk, user)
    tasks.render_movie(movie.pk)
    assert segment.samefile(first)


@pytest.mark.parametrize(
    ("ask", "state"), [(actions.pause_movie, "paused"), (actions.cancel_movie, "cancelled")]
)
@pytest.mark.parametrize(
    "whoever", [lambda _: tasks.recover_movies(), lambda movie: tasks.render_movie(movie.pk)]
)
def test_a_worker_that_dies_before_it_can_stop_takes_no_request_along(movie, user, ask, state, whoever):
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        assert ask(movie.pk, user).state == Movie.States.RENDERING
    whoever(movie)
    movie.refresh_from_db()
    assert (movie.state, movie.cancel_requested_at, movie.pausing) == (state, None, False)
    actions.retry_movie(movie.pk, user)
    tasks.render_movie(movie.pk)
    assert Movie.objects.get(pk=movie.pk).state == Movie.States.READY


def test_cancelling_a_movie_that_pauses_cancels_it(movie, user):
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        actions.pause_movie(movie.pk, user)
        actions.cancel_movie(movie.pk, user)
    tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).state == Movie.States.CANCELLED


def test_segments_beyond_the_budget_are_removed_and_made_again(movie, garden, user, settings):
    settings.TIMELAPSE = {"segment_bytes": 0}
    tasks.render_movie(movie.pk)
    assert list(queries.segments_of(garden.pk).iterdir()) == []
    again = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(again.pk)
    assert queries.video_of(again.pk).read_bytes() == queries.video_of(movie.pk).read_bytes()


def test_the_segments_go_with_the_last_movie_of_the_timelapse(movie, garden, user):
    tasks.render_movie(movie.pk)
    again = actions.request_render(garden.pk, SMALL, user)
    tasks.render_movie(again.pk)
    actions.delete_movie(movie.pk)
    assert list(queries.segments_of(garden.pk).iterdir())
    actions.delete_movie(again.pk)
    assert not queries.segments_of(garden.pk).exists()


@pytest.mark.slow
def test_pausing_stops_the_worker_inside_a_segment_and_leaves_no_half_of_it(garden, user, footage):
    for path in footage("bikes") * 2:
        frame(garden.camera, path.read_bytes())
    movie = actions.request_render(garden.pk, LARGE, user)
    waits = actions.request_render(garden.pk, SMALL, user)
    with rendering(movie):
        (behind,) = waiting.waiting_reasons([waits])[waits]
        assert re.search(rf"behind {movie}, .*: \d+ of 530 frames", behind.message)
        done = store().latest(about(movie)).done
        assert actions.pause_movie(movie.pk, user).state == Movie.States.RENDERING
        wait_until(lambda: Movie.objects.get(pk=movie.pk).state == Movie.States.PAUSED)
    assert done <= store().latest(about(movie)).done < 530
    assert list(queries.folder_of(movie.pk).iterdir()) == []
    assert not list(queries.segments_of(garden.pk).glob("*.part"))


@pytest.mark.slow
def test_cancelling_stops_the_worker_and_leaves_no_file(garden, user, footage):
    for path in footage("bikes") * 2:
        frame(garden.camera, path.read_bytes())
    movie = actions.request_render(garden.pk, LARGE, user)
    with rendering(movie):
        assert actions.cancel_movie(movie.pk, user).state == Movie.States.RENDERING
        (hold,) = fsmlock.holds_on(garden)
        assert (hold.holder, hold.cancel_requested_by, hold.why) == ("editor", "editor", str(movie))
    assert movie.state == Movie.States.CANCELLED
    assert list(queries.folder_of(movie.pk).iterdir()) == []
    assert fsmlock.holds_on(garden) == ()
    wait_until(lambda: store().latest(about(movie)).outcome == "cancelled")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ask", "state"), [(actions.pause_movie, "paused"), (actions.cancel_movie, "cancelled")]
)
def test_measuring_reports_how_far_it_is_and_stops_with_what_it_has(garden, user, ask, state):
    lengthen(garden, 3000)
    movie = actions.request_render(garden.pk, replace(SMALL, style=Style(steady=True)), user)
    waits = actions.request_render(garden.pk, SMALL, user)
    with rendering(movie):
        found = store().latest(about(movie))
        assert (found.action_type, found.step) == ("render:measure", "measuring how the camera moved")
        assert (found.total, found.unit, found.causal_id) == (3030, "frame", movie.causal_id)
        (behind,) = waiting.waiting_reasons([waits])[waits]
        assert re.search(r"rendered: measuring how the camera moved, \d+ of 3,030 frames\.$", behind.message)
        ask(movie.pk, user)
    assert movie.state == state
    ended = wait_until(lambda: (last := store().latest(about(movie))).outcome and last)
    assert (ended.action_type, ended.outcome) == ("render:measure", "cancelled")
    assert Frame.objects.exclude(shift_after=None).count() == ended.done - 1
    assert found.done <= ended.done < 3030


def test_a_movie_is_measured_once_and_then_rendered(garden, user):
    steadied = replace(SMALL, style=Style(steady=True))
    first, again = (actions.request_render(garden.pk, steadied, user) for _ in range(2))
    for movie in (first, again):
        tasks.render_movie(movie.pk)
    wait_until(lambda: works_of(again))
    assert works_of(first) == {"render:measure": 30, "render:movie": 30}
    assert works_of(again) == {"render:movie": 30}


@pytest.mark.slow
def test_frames_that_are_deleted_while_it_is_rendered_are_left_out_with_the_reason(garden, user, footage):
    for path in footage("bikes")[30:90]:
        frame(garden.camera, path.read_bytes(), name=path.name)
    movie = actions.request_render(garden.pk, LARGE, user)
    late = list(garden.frames())[-5:]
    with rendering(movie):
        for one in late:
            file_of(one).unlink()
    assert (movie.state, movie.frame_count) == (Movie.States.READY, 85)
    assert {(left["frame"], left["code"]) for left in movie.left_out} == {
        (str(one), "missing") for one in late
    }


@pytest.mark.slow
def test_a_worker_that_lost_its_hold_stops_without_a_word_about_the_movie(garden, user, footage):
    for path in footage("bikes") * 2:
        frame(garden.camera, path.read_bytes())
    movie = actions.request_render(garden.pk, LARGE, user)
    with rendering(movie):
        fsmlock.break_hold(garden, "render", by="operator", why="a test")
    assert movie.state == Movie.States.RENDERING
    tasks.recover_movies()
    movie.refresh_from_db()
    assert movie.state == Movie.States.QUEUED


def test_a_movie_whose_worker_died_is_sent_again(movie):
    with held_elsewhere(movie.timelapse, "render", str(movie)) as held:
        actions.begin(movie, held.token)
        tasks.recover_movies()
        movie.refresh_from_db()
        assert movie.state == Movie.States.RENDERING, "its worker lives"
    first = movie.task_id
    tasks.recover_movies()
    movie.refresh_from_db()
    assert movie.state == Movie.States.QUEUED
    assert movie.task_id != first
    tasks.render_movie(movie.pk)
    movie.refresh_from_db()
    assert (movie.state, movie.attempts) == (Movie.States.READY, 2)


def test_a_movie_whose_task_never_came_is_sent_again_after_a_while(movie):
    tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).task_id == movie.task_id, "give it time"
    forget_sending(movie)
    take_message(movie)
    tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).task_id != movie.task_id


def test_a_movie_whose_task_waits_in_its_queue_is_not_sent_again_however_long(movie):
    forget_sending(movie)
    put_first(movie)
    tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).task_id == movie.task_id


def test_a_movie_that_waits_in_line_is_not_sent_again(movie):
    forget_sending(movie)
    with held_elsewhere(movie.timelapse, "render", "Movie 1"):
        tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).task_id == movie.task_id


def test_a_movie_whose_task_will_retry_is_not_sent_again(movie):
    with held_elsewhere(movie.timelapse, "render", "Movie 1"), pytest.raises(fsmlock.HoldRefused):
        tasks.render_movie(movie.pk)
    forget_sending(movie)
    tasks.recover_movies()
    assert Movie.objects.get(pk=movie.pk).task_id == movie.task_id


def test_a_movie_that_kills_its_workers_fails_for_good(movie):
    Movie.objects.filter(pk=movie.pk).update(attempts=MAX_ATTEMPTS, sent_at=Now() - timedelta(minutes=1))
    take_message(movie)
    tasks.recover_movies()
    movie.refresh_from_db()
    assert (movie.state, movie.failure_code) == (Movie.States.FAILED, "workers_died")


def test_interrupted_deletions_are_completed_periodically(garden):
    Timelapse.objects.filter(pk=garden.pk).update(state=Timelapse.States.DELETING)
    assert tasks.finish_deletions() == 1
    assert tasks.finish_deletions() == 0
    assert not Timelapse.objects.filter(pk=garden.pk, state=Timelapse.States.DELETING).exists()
