from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

import fsmlock
from fsmlock.transition_history import TransitionRecord
from tests.shop.models import Parcel


@pytest.fixture
def parcel(db):
    return Parcel.objects.create()


def recorded(parcel):
    return [
        (each.transition, each.source, each.target, each.by, each.why) for each in fsmlock.history(parcel)
    ]


def test_a_history_says_what_was_applied_by_whom_and_why_newest_first(parcel, django_user_model):
    user = django_user_model.objects.create_user("editor")
    fsmlock.apply_transition(parcel, "send", user=user, why="sold")
    assert recorded(parcel) == [("send", "ready", "sent", "editor", "sold")]


def test_a_transition_that_is_called_and_saved_is_recorded_too(parcel):
    parcel.send()
    assert recorded(parcel) == []
    parcel.save()
    assert recorded(parcel) == [("send", "ready", "sent", "", "")]


def test_who_applied_one_transition_is_not_taken_for_the_next(parcel):
    fsmlock.apply_transition(parcel, "send", by="editor")
    parcel.take_back()
    parcel.save()
    assert [(name, by) for name, *_, by, _ in recorded(parcel)] == [("take_back", ""), ("send", "editor")]


def test_what_is_rolled_back_leaves_no_record(parcel):
    with transaction.atomic():
        fsmlock.apply_transition(parcel, "send")
        transaction.set_rollback(True)
    assert recorded(parcel) == []


def test_a_stale_instance_leaves_no_record(parcel):
    slower = Parcel.objects.get(pk=parcel.pk)
    fsmlock.apply_transition(parcel, "send")
    slower.fail()
    with pytest.raises(fsmlock.StaleState):
        slower.save()
    assert [name for name, *_ in recorded(parcel)] == ["send"]


def test_a_model_keeps_no_history_unless_it_says_so(film):
    film.publish()
    film.save()
    assert not TransitionRecord.objects.exists()
    with pytest.raises(fsmlock.ConfigurationError, match="keeps_history = True"):
        fsmlock.history(film)


def test_a_history_costs_one_query_for_each_save(parcel):
    parcel.send()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        parcel.save()
    inserts = [each["sql"] for each in queries if each["sql"].startswith("INSERT")]
    assert len(inserts) == 1


def test_a_page_of_a_history_is_read_through_the_index(parcel):
    page = fsmlock.history(parcel)[:20]
    assert "fsmlock_record_object" in page.explain()


def test_texts_that_no_database_can_keep_are_replaced(parcel):
    fsmlock.apply_transition(parcel, "send", by="x" * 300, why="a\0b")
    ((_, _, _, by, why),) = recorded(parcel)
    assert (len(by), why) == (200, "a?b")


def test_an_object_of_another_model_with_the_same_key_has_a_history_of_its_own(parcel):
    TransitionRecord.objects.create(model="shop.film", object_pk=str(parcel.pk), transition="render")
    assert recorded(parcel) == []
