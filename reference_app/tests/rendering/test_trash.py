"""A deleted movie is kept in the trash for a while, and nothing of it is lost or kept for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from strawberry import relay
from tests.factories import frame, timelapse
from tests.held_locks import held_elsewhere

import fsmlock
from timelapse.rendering import actions, latest, queries, sounds, trash, watching
from timelapse.rendering.camera_deletion import loss
from timelapse.rendering.deletion import delete_timelapse, finish_deletions
from timelapse.rendering.domain import RenderOptions
from timelapse.rendering.models import Movie
from timelapse.shared import conf
from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db(transaction=True)

NODE = """
query ($id: ID!) { node(id: $id) { ... on Movie {
  state name posterUrl videoUrl liveUrl inTrash { by at until }
  availableTransitions { name allowed reasons { code } } } } }
"""
LISTS = """
query ($id: ID!) { node(id: $id) { ... on Timelapse {
  movies(first: 9) { edges { node { id } } }
  trash(first: 9) { edges { node { id inTrash { by at until } } } } } } }
"""


@pytest.fixture
def garden(media):
    found = timelapse()
    frame(found.camera)
    return found


def put(movie, state, **values):
    Movie.objects.filter(pk=movie.pk).update(state=state, **values)
    return queries.kept_movies().get(pk=movie.pk)


@pytest.fixture
def movie(garden, user):
    """One that is ready, with its file."""
    made = put(actions.request_render(garden.pk, RenderOptions(), user), "ready", bytes=7)
    queries.folder_of(made.pk).mkdir(parents=True)
    queries.video_of(made.pk).write_bytes(b"a movie")
    return made


def state_of(row):
    return type(row).objects.get(pk=row.pk).state


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def after(days):
    return timezone.now() + timedelta(days=days)


def test_a_deleted_movie_leaves_the_lists_and_keeps_its_file(garden, movie, user):
    trashed = trash.trash_movie(movie.pk, user)
    assert (trashed.state, trashed.trashed_by) == ("trashed", "editor")
    assert not queries.movies_of(garden.pk).exists()
    assert list(trash.trash_of(garden.pk)) == [movie]
    assert queries.video_of(movie.pk).exists()
    assert trash.until(trashed) - trashed.trashed_at == timedelta(days=14)


def test_it_comes_back_as_it_was(garden, movie, user):
    trash.trash_movie(movie.pk, user)
    restored = trash.restore_movie(movie.pk, "restore", user)
    assert (restored.state, restored.trashed_by, restored.trashed_at) == ("ready", "", None)
    assert list(queries.movies_of(garden.pk)) == [movie]
    assert not trash.trash_of(garden.pk).exists()


@pytest.mark.parametrize("state", ["failed", "cancelled", "paused"])
def test_what_was_not_ready_comes_back_paused_and_keeps_what_is_finished(movie, user, state):
    put(movie, state, bytes=None, frames_done=30, segments=[["a", 30]])
    trash.trash_movie(movie.pk, user)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        trash.restore_movie(movie.pk, "restore", user)
    assert codes(refused) == ["was_unfinished"]
    restored = trash.restore_movie(movie.pk, "restore_unfinished", user)
    assert (restored.state, restored.frames_done, restored.segments) == ("paused", 30, [["a", 30]])
    assert actions.retry_movie(movie.pk, user).state == "queued"


@pytest.mark.parametrize("state", ["queued", "rendering"])
def test_a_movie_under_way_is_not_put_into_the_trash(movie, user, state):
    put(movie, state)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        trash.trash_movie(movie.pk, user)
    assert codes(refused) == ["state"]


def test_only_who_may_delete_puts_something_in_or_takes_it_out(movie, user):
    user.user_permissions.remove(Permission.objects.get(codename="delete_movie"))
    viewer = User.objects.get(pk=user.pk)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        trash.trash_movie(movie.pk, viewer)
    assert codes(refused) == ["permission"]
    trash.trash_movie(movie.pk)
    for call in (
        lambda: trash.restore_movie(movie.pk, "restore", viewer),
        lambda: trash.delete_for_good(movie.pk, viewer),
    ):
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            call()
        assert codes(refused) == ["permission"]
    assert state_of(movie) == "trashed"


def test_its_name_is_free_for_another_one(movie, garden, user):
    actions.rename_movie(movie.pk, "Spring", user)
    trash.trash_movie(movie.pk, user)
    other = actions.request_render(garden.pk, RenderOptions(title="Spring"), user)
    restored = trash.restore_movie(movie.pk, "restore", user)
    assert queries.name_of(other) == queries.name_of(restored) == "Spring"


def test_for_good_means_the_files_too(movie, user):
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        trash.delete_for_good(movie.pk, user)
    assert codes(refused) == ["state"], "only what is in the trash"
    trash.trash_movie(movie.pk, user)
    assert trash.delete_for_good(movie.pk, user).state == "deleted"
    assert not queries.folder_of(movie.pk).exists()


def test_the_sweep_takes_what_was_there_long_enough_and_nothing_else(movie, garden, user):
    younger = put(actions.request_render(garden.pk, RenderOptions(), user), "paused")
    trash.trash_movie(movie.pk, user)
    trash.trash_movie(younger.pk, user)
    Movie.objects.filter(pk=younger.pk).update(trashed_at=timezone.now() + timedelta(hours=1))
    assert trash.sweep(after(days=13)) == 0
    assert trash.sweep(after(days=14)) == 1
    assert (state_of(movie), state_of(younger)) == ("deleted", "trashed")
    assert not queries.folder_of(movie.pk).exists()


def test_how_long_it_is_kept_is_a_setting(movie, user, settings):
    settings.TIMELAPSE = {**settings.TIMELAPSE, "trash_days": 2}
    trash.trash_movie(movie.pk, user)
    assert trash.sweep(after(days=1)) == 0
    assert trash.sweep(after(days=2)) == 1


def test_a_sweep_is_bounded_and_begins_with_the_oldest(garden, movie, monkeypatch):
    monkeypatch.setattr(trash, "MOST_AT_ONCE", 2)
    now = timezone.now()
    made = [
        Movie.objects.create(timelapse=garden, fps=30, width=64, height=48, trashed_at=now - timedelta(age))
        for age in (20, 40, 30)
    ]
    Movie.objects.filter(pk__in=[each.pk for each in made]).update(state="trashed")
    assert trash.sweep(now) == 2
    assert [state_of(each) for each in made] == ["trashed", "deleted", "deleted"]
    assert trash.sweep(now) == 1


def test_what_somebody_restores_meanwhile_is_not_swept(movie, user, monkeypatch):
    trash.trash_movie(movie.pk, user)
    due, asked = trash._due, []

    def restored_between(limit):
        if asked:
            trash.restore_movie(movie.pk, "restore", user)
        asked.append(limit)
        return due(limit)

    monkeypatch.setattr(trash, "_due", restored_between)
    assert trash.sweep(after(days=14)) == 0
    assert (state_of(movie), queries.video_of(movie.pk).exists()) == ("ready", True)


def test_a_folder_that_stays_keeps_the_row_until_it_is_gone(movie, user, monkeypatch):
    trash.trash_movie(movie.pk, user)
    remove = actions.shutil.rmtree
    monkeypatch.setattr(actions.shutil, "rmtree", lambda *_, **__: None)
    assert trash.delete_for_good(movie.pk, user).state == "deleting"
    assert finish_deletions() == 0
    monkeypatch.setattr(actions.shutil, "rmtree", remove)
    assert finish_deletions() == 1
    assert (state_of(movie), queries.folder_of(movie.pk).exists()) == ("deleted", False)


def test_a_timelapse_is_not_deleted_before_the_files_of_its_movies(movie, garden, user, monkeypatch):
    trash.trash_movie(movie.pk, user)
    remove = actions.shutil.rmtree
    monkeypatch.setattr(actions.shutil, "rmtree", lambda *_, **__: None)
    delete_timelapse(garden.pk)
    assert (state_of(garden), state_of(movie)) == ("deleting", "deleting")
    monkeypatch.setattr(actions.shutil, "rmtree", remove)
    finish_deletions()
    assert (state_of(garden), state_of(movie)) == ("deleted", "deleted")
    assert not queries.folder_of(movie.pk).exists()


def test_what_is_in_the_trash_goes_with_its_timelapse(movie, garden, user):
    trash.trash_movie(movie.pk, user)
    assert loss(garden.camera).movies == 1, "it counts as lost with the camera"
    delete_timelapse(garden.pk)
    assert (state_of(garden), state_of(movie)) == ("deleted", "deleted")
    assert not queries.folder_of(movie.pk).exists()


def test_while_its_timelapse_is_being_deleted_it_stays_where_it_is(movie, garden, user):
    trash.trash_movie(movie.pk, user)
    with held_elsewhere(garden, "delete", "Deleting Garden"):
        with pytest.raises(fsmlock.TransitionRefused) as refused:
            trash.restore_movie(movie.pk, "restore", user)
        assert codes(refused) == ["held"]
        assert trash.sweep(after(days=14)) == 0
    assert state_of(movie) == "trashed"


def test_an_archived_timelapse_has_a_trash_too(movie, garden, user):
    Timelapse.objects.filter(pk=garden.pk).update(state="archived")
    trash.trash_movie(movie.pk, user)
    assert trash.restore_movie(movie.pk, "restore", user).state == "ready"


def test_a_latest_movie_that_was_replaced_comes_back_as_one_of_its_own(movie, garden, user):
    put(movie, "ready", latest=True)
    trash.trash_movie(movie.pk, user)
    newer = put(actions.request_render(garden.pk, RenderOptions(), latest=True), "ready", bytes=7)
    assert not trash.restore_movie(movie.pk, "restore", user).latest
    latest.remove_replaced(garden.pk)
    assert (state_of(movie), state_of(newer)) == ("ready", "ready")


def test_a_latest_movie_that_comes_back_at_once_stays_the_latest(movie, user):
    put(movie, "ready", latest=True)
    trash.trash_movie(movie.pk, user)
    assert trash.restore_movie(movie.pk, "restore", user).latest


def test_its_segments_and_its_sound_stay_until_it_is_gone(movie, garden, user):
    sound = sounds.Sound.objects.create(
        sha256="0" * 64, name="Piece", bytes=1, length_s=1, added_at=after(days=-9)
    )
    put(movie, "ready", sound=sound)
    queries.segments_of(garden.pk).mkdir(parents=True)
    trash.trash_movie(movie.pk, user)
    sounds.remove_unused(timezone.now())
    assert queries.segments_of(garden.pk).exists()
    assert sounds.Sound.objects.exists()
    trash.delete_for_good(movie.pk, user)
    assert not queries.segments_of(garden.pk).exists()
    assert not sounds.Sound.objects.exists()


def test_nothing_of_it_is_watched_in_the_trash(movie, user):
    put(movie, "paused", bytes=None, segments=[["a", 30]])
    trashed = trash.trash_movie(movie.pk, user)
    assert watching.live_url(trashed) is None
    assert watching.piece(trashed, "init.mp4") is None


def test_its_size_is_counted(movie, user):
    assert trash.bytes_in_trash() == 0
    trash.trash_movie(movie.pk, user)
    assert trash.bytes_in_trash() == 7


def test_its_address_says_that_it_is_in_the_trash_and_offers_to_restore_it(member, movie):
    trash.trash_movie(movie.pk, User.objects.get(username="editor"))
    shown = member.ask(NODE, id=gid(movie))["data"]["node"]
    assert (shown["state"], shown["inTrash"]["by"]) == ("trashed", "editor")
    assert (shown["videoUrl"], shown["liveUrl"]) == (None, None)
    assert shown["posterUrl"] == f"/media/posters/{movie.pk}.jpg"
    assert [each["name"] for each in shown["availableTransitions"] if each["allowed"]] == [
        "restore",
        "delete_for_good",
    ]


def test_its_timelapse_lists_it_under_trash(member, movie, garden, user):
    trash.trash_movie(movie.pk, user)
    shown = member.ask(LISTS, id=gid(garden))["data"]["node"]
    assert shown["movies"]["edges"] == []
    (edge,) = shown["trash"]["edges"]
    assert (edge["node"]["id"], edge["node"]["inTrash"]["by"]) == (gid(movie), "editor")


def test_a_trash_of_many_movies_takes_as_many_queries_as_one_of_few(member, movie, garden, user):
    trash.trash_movie(movie.pk, user)

    def queries_of_the_list():
        with CaptureQueriesContext(connection) as captured:
            member.ask(LISTS, id=gid(garden))
        return len(captured)

    few = queries_of_the_list()
    for _ in range(5):
        trash.trash_movie(put(actions.request_render(garden.pk, RenderOptions(), user), "paused").pk, user)
    assert queries_of_the_list() == few


def test_an_index_finds_what_is_due(garden):
    with CaptureQueriesContext(connection) as captured:
        trash.sweep(timezone.now())
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:  # of so few rows it would rather read all of them
            cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if postgresql else 'QUERY PLAN'} {captured[0]['sql']}")
        assert "movie_trash" in str(cursor.fetchall())


def test_the_setting_has_a_default():
    assert conf.get().trash_days == 14
