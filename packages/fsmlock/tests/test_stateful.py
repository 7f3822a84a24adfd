from __future__ import annotations

import uuid

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

import fsmlock
from tests.shop.models import Film, GoldenTicket, LateTicket, Leaf, Note, Poster, Room, Ticket


def ready(model, **values):
    obj = model.objects.create(**values)
    fsmlock.apply_transition(obj, "initialise")
    return obj


def test_comparing_and_setting_is_one_statement(db):
    leaf = Leaf.objects.create()
    leaf.fail()
    with CaptureQueriesContext(connection) as queries:
        leaf.save()
    (update,) = [q["sql"] for q in queries if q["sql"].startswith("UPDATE")]
    assert update.count("state") == 2
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Poster, {}),
        (Ticket, {"code": "A 1"}),
        (LateTicket, {"code": "A 2"}),
        (GoldenTicket, {"code": "A 3", "seat": "4"}),
    ],
)
def test_abstract_proxy_and_multi_table_models_with_any_key_work(db, model, values, elsewhere):
    obj = ready(model, **values)
    held = elsewhere(fsmlock.hold(obj, "pack", holder="somebody").acquire)
    with pytest.raises(fsmlock.TransitionRefused, match="somebody"):
        obj.pack()
    held.release()
    obj.pack()
    obj.save()
    fsmlock.apply_transition(obj, "start_deleting")
    assert model.objects.get(pk=obj.pk).state == "deleting"


@pytest.mark.parametrize("model", [Ticket, LateTicket, GoldenTicket])
def test_one_object_has_one_lock_whichever_class_shows_it(db, elsewhere, model):
    ready(GoldenTicket, code="A 1", seat="4")
    held = elsewhere(fsmlock.hold(Ticket.objects.get(), "pack").acquire)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(model.objects.get(), "pack").acquire()
    held.release()


@pytest.mark.parametrize("model", [Ticket, LateTicket, GoldenTicket])
def test_the_slower_of_two_loses_whichever_class_shows_it(db, model):
    ready(GoldenTicket, code="A 1", seat="4")
    slower = model.objects.get()
    fsmlock.apply_transition(GoldenTicket.objects.get(), "tear")
    slower.start_deleting()
    with transaction.atomic():
        with pytest.raises(fsmlock.StaleState):
            slower.save()
        Room.objects.create(name="the transaction goes on")
    assert Ticket.objects.get().state == "failed"
    assert Room.objects.count() == 1


def test_an_object_with_a_generic_parent_has_states_and_locks_of_its_own(film):
    note = Note.objects.create(about=film)
    with fsmlock.hold(note, "write"):
        assert [h.lock for h in fsmlock.holds_on(note)] == ["write"]
        assert fsmlock.holds_on(film) == ()


def test_a_key_given_before_saving_does_not_make_it_saved(db):
    with pytest.raises(fsmlock.ConfigurationError, match="isn't saved"):
        fsmlock.hold(Poster(id=uuid.uuid4()), "pack").acquire()


def test_a_deleted_object_can_not_be_held(film):
    film.delete()
    with pytest.raises(fsmlock.ConfigurationError, match="isn't saved, or was deleted"):
        fsmlock.hold(film, "render").acquire()


@pytest.mark.django_db(databases=["default", "other"])
def test_each_database_keeps_its_own_states_and_holds(film, elsewhere):
    twin = Film(pk=film.pk, name="Twin")
    twin.save(using="other")
    twin.initialise()
    twin.save(using="other")
    held = elsewhere(fsmlock.hold(twin, "render").acquire)
    with fsmlock.hold(film, "render"):
        assert len(fsmlock.holds_on(film)) == len(fsmlock.holds_on(twin)) == 1
    held.release()
    slower = Film.objects.using("other").get()
    fsmlock.apply_transition(twin, "publish")
    slower.start_deleting()
    with pytest.raises(fsmlock.StaleState):
        slower.save()
    assert Film.objects.get().state == "ready"
    with pytest.raises(fsmlock.ConfigurationError, match="can't span two databases"):
        fsmlock.hold([film, twin], "render").acquire()
    assert connections["other"].vendor == "sqlite"


def test_a_deferred_state_is_read_when_it_is_used(film):
    found = Film.objects.only("name").get(pk=film.pk)
    found.name = "renamed"
    found.save()
    assert found.state == "ready"
    fsmlock.apply_transition(found, "publish")
    assert Film.objects.get(pk=film.pk).state == "published"


def test_saving_other_fields_neither_reports_nor_drops_a_change_of_state(film):
    film.publish()
    film.name = "renamed"
    film.save(update_fields=["name"])
    assert Film.objects.get(pk=film.pk).state == "ready"
    film.save()
    assert Film.objects.get(pk=film.pk).state == "published"


async def test_it_is_saved_and_refreshed_in_coroutines(async_film):
    async_film.publish()
    await async_film.asave()
    await async_film.arefresh_from_db()
    assert async_film.state == "published"
