from __future__ import annotations

import logging

import pytest
from django.db import transaction

import fsmlock
from fsmlock.declarations import states_of
from fsmlock.diagrams import mermaid
from tests.shop.models import Frame, Parcel


@pytest.fixture
def parcel(db):
    return Parcel.objects.create()


def test_an_error_leads_to_the_state_for_errors_and_is_raised(parcel):
    with pytest.raises(LookupError, match="no such place"):
        fsmlock.apply_transition(parcel, "send", "nowhere")
    assert Parcel.objects.get(pk=parcel.pk).state == "lost"


def test_what_the_method_changed_before_its_error_is_not_saved(parcel):
    with pytest.raises(LookupError):
        fsmlock.apply_transition(parcel, "send", "nowhere")
    assert Parcel.objects.get(pk=parcel.pk).name == "Parcel"


def test_the_history_names_the_error(parcel):
    with pytest.raises(LookupError):
        fsmlock.apply_transition(parcel, "send", "nowhere", by="editor")
    (record,) = fsmlock.history(parcel)
    assert (record.target, record.by, record.why) == ("lost", "editor", "LookupError('no such place')")


def test_an_object_leaves_the_state_for_errors_by_a_transition(parcel):
    with pytest.raises(LookupError):
        fsmlock.apply_transition(parcel, "send", "nowhere")
    assert fsmlock.apply_transition(parcel, "send", "work") == "work"
    assert Parcel.objects.get(pk=parcel.pk).state == "sent"


def test_a_refusal_is_no_error_of_the_method(parcel):
    fsmlock.apply_transition(parcel, "send")
    with pytest.raises(fsmlock.TransitionRefused):
        fsmlock.apply_transition(parcel, "send")
    assert Parcel.objects.get(pk=parcel.pk).state == "sent"


def test_without_a_state_for_errors_the_object_stays_as_it_is(parcel):
    with pytest.raises(LookupError):
        fsmlock.apply_transition(parcel, "weigh")
    assert parcel.state == "ready"
    assert Parcel.objects.get(pk=parcel.pk).state == "ready"
    assert not fsmlock.history(parcel).exists()


def test_inside_an_outer_transaction_the_state_is_saved_with_it(parcel):
    with transaction.atomic(), pytest.raises(LookupError):
        fsmlock.apply_transition(parcel, "send", "nowhere")
    assert Parcel.objects.get(pk=parcel.pk).state == "lost"


def test_who_was_faster_decides_and_the_error_is_raised_all_the_same(parcel, caplog):
    other = Parcel.objects.get(pk=parcel.pk)
    parcel.fail()
    parcel.save()
    with caplog.at_level(logging.WARNING, "fsmlock"), pytest.raises(LookupError):
        fsmlock.apply_transition(other, "send", "nowhere")
    assert Parcel.objects.get(pk=parcel.pk).state == "failed"
    assert "is not lost after an error in send" in caplog.text


def test_the_state_for_errors_is_a_state_of_the_model_and_of_its_diagram():
    assert "lost" in states_of(Parcel)
    assert "on error: lost" in mermaid(Parcel)


def test_a_plan_does_not_count_on_errors(parcel):
    assert fsmlock.plan(parcel, to="lost") is None


def test_the_target_can_not_be_the_state_for_errors():
    with pytest.raises(fsmlock.ConfigurationError, match="Choose another state for errors"):
        fsmlock.transition(source="ready", target="failed", on_error="failed")


@pytest.mark.parametrize("policy", [None, fsmlock.Fail()])
def test_holds_of_its_own_parts_do_not_keep_the_caller_from_a_transition(film, policy):
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(frame, "process"):
        assert fsmlock.explain(film, to="render") == ()
        fsmlock.apply_transition(film, "render", policy=policy)


def test_a_hold_beside_one_of_its_own_parts_says_that_it_is_its_own(film):
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(frame, "process") as part:
        with pytest.raises(fsmlock.HoldRefused) as refused, fsmlock.hold(film, "render"):
            pass
        (reason,) = refused.value.reasons
        assert (reason.code, "within=" in reason.remedy) == ("held_by_itself", True)
        assert "one of its parts" in reason.message
        with fsmlock.hold(film, "render", within=part):
            pass
