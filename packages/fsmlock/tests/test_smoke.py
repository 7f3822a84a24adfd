from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

import fsmlock
from tests.shop.models import Film, Frame, Room


@pytest.fixture
def film(db):
    film = Film.objects.create(name="Film 1", room=Room.objects.create(name="Room 1"))
    film.initialise()
    film.save()
    return film


def test_a_hold_refuses_the_next_with_the_reason(film):
    with fsmlock.hold(film, "render", why="Movie 7", holder="import 12") as h:
        h.check()
        assert h
        with pytest.raises(fsmlock.HoldRefused, match="import 12"):
            fsmlock.hold(film, "render").acquire()
        (held,) = fsmlock.holds_on(film)
        assert (held.lock, held.why, held.token) == ("render", "Movie 7", h.token)
    assert fsmlock.holds_on(film) == ()


def test_a_child_is_locked_by_its_parent_and_the_parent_by_its_child(film):
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(film.room, "clean"), pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(frame, "process").acquire()
    with fsmlock.hold(frame, "process"):
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film.room, "clean").acquire()
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film, "render").acquire()
        with fsmlock.hold(film, "ingest"):
            pass


def test_a_broken_hold_commits_nothing(film):
    with fsmlock.hold(film, "render") as h:
        fsmlock.break_hold(film, "render", by="editor", why="wrong film")
        with pytest.raises(fsmlock.HoldLost), transaction.atomic(), h.transaction():
            film.name = "never"
            film.save()


def test_compare_and_set(film):
    stale = Film.objects.get(pk=film.pk)
    film.publish()
    film.save()
    stale.start_deleting()
    with pytest.raises(fsmlock.StaleState):
        stale.save()
    assert Film.objects.get(pk=film.pk).state == "published"


def test_explain_and_available(film):
    assert [r.code for r in fsmlock.explain(film, to="render")] == ["no_frames"]
    Frame.objects.create(film=film)
    assert fsmlock.explain(film, to="render") == ()
    with fsmlock.hold(film, "render"):
        assert fsmlock.explain(film, to="render") == ()
    other = fsmlock.hold(film, "render")
    import contextvars

    contextvars.copy_context().run(other.acquire)
    assert [r.code for r in fsmlock.explain(film, to="render")] == ["held"]
    with pytest.raises(fsmlock.TransitionRefused):
        film.render()
    assert [(a.name, a.allowed) for a in fsmlock.available(film)] == [("render", False), ("publish", True)]
    contextvars.copy_context().run(other.release)
    film.render()
    film.save()
    assert film.name.endswith("!")
    assert [s.name for s in fsmlock.plan(film, to="deleted")] == ["start_deleting", "finish_deleting"]


def test_skip_and_wait(film):
    with fsmlock.hold(film, "render"):
        with fsmlock.hold(film, "render", policy=fsmlock.Skip()) as h:
            assert not h
            assert h.reasons[0].code == "held"
        with pytest.raises(fsmlock.HoldRefused):
            fsmlock.hold(film, "render", policy=fsmlock.Wait(up_to=timedelta(milliseconds=100))).acquire()


def test_a_refresh_keeps_the_state_protected(film):
    film.refresh_from_db()
    with pytest.raises(AttributeError):
        film.state = "x"


def test_all_holds_are_listed(film):
    with fsmlock.hold(film, "render"):
        assert [h.lock for h in fsmlock.active_holds(limit=5)] == ["render"]
