from __future__ import annotations

from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

import fsmlock
from fsmlock.declarations import TransitionDef
from fsmlock.evaluation import Evaluator
from tests.shop.models import Film, Frame

asked = Counter()


def costly(film):
    asked["condition"] += 1


def allowed(film, user):
    asked["permission"] += 1
    return True


def definition(name, **more):
    return TransitionDef(
        name=name,
        source=("ready",),
        target="ready",
        label=name,
        conditions=(costly,),
        permission=allowed,
        **more,
    )


def test_each_condition_and_permission_is_evaluated_once(film):
    asked.clear()
    evaluator = Evaluator(film, AnonymousUser())
    assert evaluator.check_operation(definition("one")) == evaluator.check_operation(definition("two")) == ()
    assert asked == {"condition": 1, "permission": 1}


def test_apply_transition_evaluates_each_condition_and_permission_once(film, monkeypatch):
    monkeypatch.setattr(Film.render, "fsmlock_operation", definition("render"))
    asked.clear()
    with pytest.raises(fsmlock.TransitionRefused):
        fsmlock.apply_transition(film, "render", user=AnonymousUser())
    assert asked["permission"] == 1


def test_the_ancestors_of_an_object_and_the_holds_on_them_are_read_once(film, django_assert_num_queries):
    with django_assert_num_queries(2):
        evaluator = Evaluator(film)
        assert (
            evaluator.check_lock("ingest")
            == evaluator.check_lock("render")
            == evaluator.check_lock("*")
            == ()
        )


def test_a_lock_that_is_needed_and_held_is_one_reason(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    reasons = Evaluator(film).check_operation(definition("both", needs="render", holds="render"))
    assert [r.code for r in reasons] == ["held"]
    held.release()


def test_a_refused_transition_carries_the_reasons_of_explain(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    with pytest.raises(fsmlock.TransitionRefused) as refused:
        film.render()
    explained = fsmlock.explain(film, to="render")
    assert [(r.code, r.message, r.remedy) for r in refused.value.reasons] == [
        (r.code, r.message, r.remedy) for r in explained
    ]
    held.release()


def test_reasons_are_in_the_language_of_the_user(film, elsewhere):
    film.name = ""
    Frame.objects.create(film=film)
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    with translation.override("de"):
        reasons = fsmlock.explain(film, to="render", user=AnonymousUser())
        (state,) = fsmlock.explain(film, to="finish_deleting")
    held.release()
    said = " ".join(str(reason) for reason in reasons)
    assert "Die Bedingung is named ist nicht erfüllt" in said
    assert "Das dürfen Sie nicht" in said
    assert "gehalten von import 12" in said
    assert state.message.endswith("„Finish deleting“ geht nur aus: deleting.")
    assert state.params["state"] == "ready"
