# ruff: noqa: DJ008 - models that live for one test

from __future__ import annotations

import pytest
from django.db import models
from django.test.utils import isolate_apps

import fsmlock
from fsmlock import Lock, Locks
from fsmlock.ancestors import lock_requests, parents
from fsmlock.locks import owner, resource
from tests.shop.models import Film, Frame, Room


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: Locks(Lock("a", together_with={"b"}), Lock("b")), "not the other way round"),
        (lambda: Locks(Lock("a"), Lock("a")), "twice"),
        (lambda: Locks(Lock("a", together_with={"c"})), "not declared"),
        (lambda: Locks(Lock("a"), inherit_from="film"), "go together"),
        (lambda: Locks(Lock("*")), "another name"),
        (lambda: Locks(Lock("a\x1f")), "printable"),
        (lambda: Locks(Lock("a", together_with="a")), r"Write together_with=\{'a'\}"),
        (lambda: Locks(Lock("a"), inherit_from="film", inherits="render"), "must be a set of names"),
        (lambda: Locks(Lock("a")).contribute_to_class(Film, "more_locks"), "would do nothing"),
    ],
)
def test_a_wrong_declaration_is_refused_at_once(declare, words):
    with pytest.raises(fsmlock.ConfigurationError, match=words):
        declare()


def test_a_lock_request_lists_its_ancestors_nearest_first(film):
    frame = Frame.objects.create(film=film)
    (wanted,) = lock_requests([frame], ["process"])
    assert [(a.resource, set(a.names)) for a in wanted.inherited] == [
        (f"shop.film:{film.pk}", {"render", "clean"}),
        (f"shop.room:{film.room_id}", {"clean"}),
    ]


def test_loaded_parents_cost_no_query_and_others_one(film, django_assert_num_queries):
    Frame.objects.create(film=film)
    with django_assert_num_queries(2):
        parents([Frame.objects.get()])
    frame = Frame.objects.select_related("film").get()
    with django_assert_num_queries(0):
        assert len(parents([frame])[0]) == 2


def test_an_object_without_a_parent_has_no_ancestors(db):
    assert parents([Film.objects.create(name="alone")]) == [[]]
    frame = Frame.objects.create(film=Film.objects.create(name="alone"))
    assert len(parents([Frame.objects.get(pk=frame.pk)])[0]) == 1


def test_a_model_without_locks_is_refused(db):
    with pytest.raises(fsmlock.ConfigurationError, match="declares no locks"):
        lock_requests([fsmlock.models.ItemError(pk=1)], ["render"])


@isolate_apps("tests.shop")
def test_an_object_has_one_name_in_all_of_its_classes():
    class Base(models.Model):
        locks = Locks(Lock("a"))

        class Meta:
            app_label = "shop"

    class Special(Base):
        class Meta:
            app_label = "shop"

    class Proxy(Special):
        class Meta:
            app_label = "shop"
            proxy = True

    assert owner(Base) is owner(Special) is owner(Proxy) is Base


def test_any_kind_of_key_makes_a_resource(db):
    room = Room(pk="7b1c", name="x")
    room._state.adding = False
    assert resource(room) == "shop.room:7b1c"
    room.pk = "x" * 300
    with pytest.raises(fsmlock.ConfigurationError, match="200 characters"):
        resource(room)
