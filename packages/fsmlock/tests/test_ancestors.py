"""The ancestors of an object are those that its row has when the lock is decided."""

from __future__ import annotations

import pytest

import fsmlock
from fsmlock.doctor import examine
from tests.shop.models import Episode, Film, Frame, Poster, Print, Reel, Room, Series, Stub, Ticket


@pytest.fixture(params=["database", "valkey"])
def backend(request, settings, transactional_db):
    if request.param == "valkey":
        request.getfixturevalue("valkey")
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}


@pytest.fixture
def moved(backend):
    """A frame as somebody else read it before it moved: with its film and room loaded."""
    here, there = (Film.objects.create(name=name, room=Room.objects.create(name=name)) for name in "AB")
    frame = Frame.objects.create(film=here)
    remembered = Frame.objects.select_related("film__room").get()
    with fsmlock.hold(frame, "*") as held, held.transaction():
        frame.film = there
        frame.save()
    return remembered, here, there


def refused(obj, lock):
    with fsmlock.hold(obj, lock, policy=fsmlock.Skip()) as held:
        return not held


def test_a_child_that_moved_blocks_its_new_parent_and_not_the_old_one(moved):
    remembered, here, there = moved
    with fsmlock.hold(remembered, "process"):
        assert refused(there, "render")
        assert refused(there.room, "clean")
        assert not refused(here, "render")
        assert not refused(here.room, "clean")
    assert fsmlock.all_holds() == ()


def test_a_child_that_moved_is_blocked_by_its_new_parent_and_not_by_the_old_one(moved):
    remembered, here, there = moved
    with fsmlock.hold(there, "render"):
        assert refused(remembered, "process")
    with fsmlock.hold(here.room, "clean"):
        assert not refused(remembered, "process")


def test_a_parent_that_moved_is_found_by_a_child_that_remembers_its_grandparent(moved):
    _, _, film = moved
    remembered = Frame.objects.select_related("film__room").get()
    film.room = Room.objects.create(name="C")
    film.save()
    with fsmlock.hold(remembered, "process"):
        assert refused(film.room, "clean")
    with fsmlock.hold(film.room, "clean"):
        assert refused(remembered, "process")


def test_a_parent_that_got_or_lost_its_own_parent_is_found(moved):
    _, here, there = moved
    Film.objects.filter(pk=there.pk).update(room=None)
    with fsmlock.hold(there.room, "clean"):
        assert not refused(Frame.objects.get(), "process")
    Frame.objects.update(film=here)
    Film.objects.filter(pk=here.pk).update(room=None)
    remembered = Frame.objects.select_related("film__room").get()
    Film.objects.filter(pk=here.pk).update(room=there.room_id)
    with fsmlock.hold(there.room, "clean"):
        assert refused(remembered, "process")


def test_what_an_instance_changed_without_saving_it_decides_nothing(moved):
    _, here, there = moved
    fresh = Frame.objects.get()
    fresh.film = here
    with fsmlock.hold(fresh, "process"):
        assert refused(there, "render")
        assert not refused(here, "render")


def test_a_transition_is_judged_by_the_parent_that_the_row_has(moved, elsewhere):
    _, here, there = moved
    Print.objects.create(film=here)
    remembered = Print.objects.select_related("film__room").get()
    Print.objects.update(film=there)
    held = elsewhere(fsmlock.hold(there, "render").acquire)
    with pytest.raises(fsmlock.TransitionRefused, match="render on film"):
        remembered.start_printing()
    assert [reason.code for reason in fsmlock.explain(remembered, to="start_printing")] == ["held"]
    held.release()
    held = elsewhere(fsmlock.hold(here, "render").acquire)
    remembered.start_printing()
    remembered.save(update_fields=["state"])
    assert refused(there, "render")
    held.release()
    assert not refused(here, "render")


def test_what_a_state_holds_is_inherited_from_the_parent_that_is_saved_with_it(moved):
    _, here, there = moved
    sheet = Print.objects.create(film=here)
    sheet.film = there
    fsmlock.apply_transition(sheet, "start_printing")
    assert refused(there, "render")
    assert not refused(here, "render")


def test_a_parent_is_found_by_whatever_field_the_key_refers_to(backend):
    series = Series.objects.create(slug="one")
    episode = Episode.objects.create(series=series)
    for each in (episode, Episode.objects.get(), Episode.objects.select_related("series").get()):
        with fsmlock.hold(each, "cut"):
            assert refused(series, "air")
    with fsmlock.hold(series, "air"):
        assert refused(episode, "cut")
    assert [hold.resource for hold in fsmlock.holds_on(episode)] == []


def test_a_parent_that_its_manager_hides_is_a_parent(backend):
    hidden = Series.objects.create(slug="hidden", listed=False)
    Episode.objects.create(series_id=hidden.slug)
    with fsmlock.hold(hidden, "air"):
        assert refused(Episode.objects.get(), "cut")
        assert [hold.lock for hold in fsmlock.holds_on(Episode.objects.get())] == ["air"]
        assert list(examine()) == []


def test_an_object_of_several_tables_has_one_name_whatever_its_keys(backend):
    Ticket.objects.create(code="first")
    reel = Reel.objects.create(code="second")
    ticket = Ticket.objects.get(code="second")
    with fsmlock.hold(reel, "pack"):
        assert refused(ticket, "pack")
        assert refused(Stub.objects.create(reel=reel), "tear")
    with fsmlock.hold(Stub.objects.get(), "tear"):
        assert refused(ticket, "pack")


def test_a_key_has_one_name_however_it_is_written(backend):
    poster = Poster.objects.create()
    with fsmlock.hold(poster, "pack"):
        same = Poster(pk=str(poster.pk).upper())
        same._state.adding = False
        assert refused(same, "pack")


def test_many_objects_with_many_parents_are_decided_from_their_rows(moved):
    _, here, there = moved
    films = Film.objects.bulk_create(Film(name=str(n), room=here.room, state="ready") for n in range(30))
    Frame.objects.bulk_create(Frame(film=film) for film in films for _ in range(2))
    remembered = list(Frame.objects.select_related("film__room"))
    Frame.objects.update(film=there)
    with fsmlock.hold(remembered, "process"):
        assert refused(there, "render")
        assert not any(refused(film, "render") for film in (here, *films))


def test_a_row_that_was_deleted_is_named(moved):
    remembered, _, _ = moved
    Frame.objects.all().delete()
    with pytest.raises(fsmlock.HoldRefused, match="no longer exists") as found:
        fsmlock.hold(remembered, "process").acquire()
    assert [reason.code for reason in found.value.reasons] == ["gone"]
