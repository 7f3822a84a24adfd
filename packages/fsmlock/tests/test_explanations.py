from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User

import fsmlock
from tests.shop.models import Film, Frame, Print


def codes(reasons):
    return [reason.code for reason in reasons]


def test_nothing_that_blocks_is_an_empty_result(film):
    Frame.objects.create(film=film)
    assert fsmlock.explain(film, to="render") == ()


def test_every_blocker_is_listed_at_once(film, elsewhere):
    film.name = ""
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    reasons = fsmlock.explain(film, to="render", user=AnonymousUser())
    assert codes(reasons) == ["no_frames", "is_named", "permission", "held"]
    assert all(reason.message and reason.remedy for reason in reasons)
    assert "is held by import 12 since" in reasons[-1].message
    held.release()


def test_own_holds_do_not_block(film):
    Frame.objects.create(film=film)
    with fsmlock.hold(film, "render"):
        assert fsmlock.explain(film, to="render") == ()


def test_the_wrong_state_is_a_reason_and_skips_the_conditions(film):
    film.publish()
    (reason,) = fsmlock.explain(film, to="render")
    assert reason.code == "state"
    assert reason.message == "Film 1 is published; Render starts from: ready."


def test_explain_of_a_state_explains_the_transition_into_it(film):
    assert fsmlock.explain(film, to="published") == ()
    assert codes(fsmlock.explain(film, to="deleted")) == ["state"]


def test_explain_of_a_lock_names_its_holder(film, elsewhere):
    assert fsmlock.explain(film, to="ingest") == ()
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    assert codes(fsmlock.explain(film, to="ingest")) == ["held"]
    held.release()


def test_an_unknown_name_gets_a_suggestion(film):
    with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'render'"):
        fsmlock.explain(film, to="rendr")


def test_a_permission_allows_its_users(film):
    Frame.objects.create(film=film)
    user = User.objects.create(username="editor")
    assert codes(fsmlock.explain(film, to="render", user=user)) == ["permission"]
    user.user_permissions.add(Permission.objects.get(codename="change_film"))
    user = User.objects.get(pk=user.pk)
    assert fsmlock.explain(film, to="render", user=user) == ()


def test_available_lists_what_starts_from_the_state_with_reasons(film):
    answers = fsmlock.available(film)
    assert [(a.name, a.label, a.allowed) for a in answers] == [
        ("render", "Render", False),
        ("publish", "Publish", True),
    ]
    assert codes(answers[0].reasons) == ["no_frames"]


def test_a_page_of_objects_is_explained_with_a_constant_number_of_queries(film, django_assert_num_queries):
    films = [Film.objects.create(name=f"Film {n}", room=film.room) for n in range(50)]
    with django_assert_num_queries(1):
        answers = fsmlock.explain_many(films, to="ingest")
    assert answers == dict.fromkeys(films, ())


def test_the_buttons_of_a_page_of_objects_are_answered_with_one_query_for_all_holds(
    film, elsewhere, django_assert_num_queries
):
    sheets = [Print.objects.create(film=film) for _ in range(50)]
    held = elsewhere(fsmlock.hold(sheets[7], "press", holder="a visitor").acquire)
    sheets = list(Print.objects.select_related("film__room").order_by("pk"))
    with django_assert_num_queries(1):
        answers = fsmlock.available_many(sheets)
    held.release()
    assert [sheet for sheet, (start, *_) in answers.items() if not start.allowed] == [sheets[7]]
    assert [a.name for a in answers[sheets[0]]] == ["start_printing"]


@pytest.mark.parametrize("number", [1, 30])
def test_a_page_of_objects_whose_parents_are_not_loaded_costs_the_same_queries_however_many(
    film, number, django_assert_num_queries
):
    Frame.objects.bulk_create(Frame(film=film) for _ in range(number))
    frames = list(Frame.objects.all())
    with django_assert_num_queries(2):
        answers = fsmlock.explain_many(frames, to="process")
    assert answers == dict.fromkeys(frames, ())
    with django_assert_num_queries(2):
        assert fsmlock.holds_on_many(frames) == dict.fromkeys(frames, ())


def test_an_object_of_a_page_that_somebody_deleted_is_said_to_be_gone(film):
    Frame.objects.bulk_create(Frame(film=film) for _ in range(2))
    gone, there = frames = list(Frame.objects.order_by("pk"))
    Frame.objects.filter(pk=gone.pk).delete()
    answers = fsmlock.explain_many(frames, to="process")
    assert (codes(answers[gone]), answers[there]) == (["gone"], ())
    assert fsmlock.holds_on_many(frames) == {gone: (), there: ()}
    assert fsmlock.holds_on(gone) == ()


def test_a_page_is_explained_as_each_object_alone(film):
    films = [film, Film.objects.create(name="not ready")]
    assert fsmlock.explain_many(films, to="publish") == {
        one: fsmlock.explain(one, to="publish") for one in films
    }
    assert codes(fsmlock.explain_many(films[1:], to="publish")[films[1]]) == ["state"]
    assert fsmlock.explain_many([], to="publish") == {}
