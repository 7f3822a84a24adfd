"""An object whose state keeps a lock stays below its parent: another one would not show that lock."""

from __future__ import annotations

import pytest

import fsmlock
from fsmlock import doctor
from tests.shop.models import Film, OldScan, Room, Scan


@pytest.fixture
def scan(film, backend, django_capture_on_commit_callbacks):
    """In the scanner: it keeps the lock ``scan``, and ``render`` and ``clean`` are blocked above it."""
    scan = Scan.objects.create(film=film)
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(scan, "start")
    return scan


@pytest.fixture
def other(db):
    return Film.objects.create(name="Film 2", room=Room.objects.create(name="Room 2"))


@pytest.mark.parametrize("model", [Scan, OldScan])
@pytest.mark.parametrize("fields", [None, ["film"], ["film_id"]])
def test_an_object_whose_state_keeps_a_lock_can_not_be_given_another_parent(scan, other, model, fields):
    moved = model.objects.get(pk=scan.pk)
    moved.film = other
    with pytest.raises(fsmlock.TransitionRefused, match="can't move to another parent") as refused:
        moved.save(update_fields=fields)
    (reason,) = refused.value.reasons
    assert reason.code == "state_keeps_lock"
    assert "out of that state first" in reason.remedy
    assert Scan.objects.get().film != other


def test_a_parent_can_not_be_moved_away_with_it_either(scan, other):
    film = scan.film
    film.room = other.room
    with pytest.raises(fsmlock.TransitionRefused, match="keeps a lock on one of its parts"):
        film.save()
    film.refresh_from_db()
    film.room = None
    with pytest.raises(fsmlock.TransitionRefused, match="keeps a lock on one of its parts"):
        film.save()


def test_everything_else_about_it_can_be_saved(scan):
    scan.save()
    scan.film.name = "Renamed"
    scan.film.save()
    Scan.objects.defer("film").get().save()
    assert Film.objects.get(pk=scan.film_id).name == "Renamed"


def test_it_can_move_once_it_has_left_that_state_or_with_the_same_save(
    scan, other, django_capture_on_commit_callbacks
):
    scan.finish()
    scan.film = other
    with django_capture_on_commit_callbacks(execute=True):
        scan.save()
    assert Scan.objects.get().film == other
    with fsmlock.hold(other, "render"):
        pass
    with fsmlock.hold(other.room, "clean"):
        pass
    scan.film = Film.objects.create(name="Film 3")
    scan.save()
    with django_capture_on_commit_callbacks(execute=True):
        fsmlock.apply_transition(scan, "start")
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(scan.film, "render").acquire()


def test_what_sql_moved_behind_our_back_is_mended_by_the_doctor(
    scan, other, django_capture_on_commit_callbacks
):
    before = scan.film
    Scan.objects.update(film=other)
    with django_capture_on_commit_callbacks(execute=True):
        for finding in doctor.examine():
            finding.fix()
    assert list(doctor.examine()) == []
    with fsmlock.hold(before, "render"):
        pass
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(other, "render").acquire()
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(other.room, "clean").acquire()
