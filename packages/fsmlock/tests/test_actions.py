from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.test.utils import isolate_apps

import fsmlock
from fsmlock import Lifecycle, action, transition
from fsmlock.checks import check_models
from fsmlock.declarations import actions_of, transitions_of
from tests.shop.models import Print, Shelf


@pytest.fixture
def shelf(db):
    return Shelf.objects.create()


def drying(film):
    sheet = Print.objects.create(film=film)
    sheet.start_printing()
    sheet.dry()
    return sheet


def codes(reasons):
    return [reason.code for reason in reasons]


def test_an_allowed_action_calls_its_method_and_leaves_the_state_alone(film):
    sheet = drying(film)
    assert sheet.smell() == "ink"
    assert sheet.state == "drying"
    sheet.save()
    assert Print.objects.get().state == "drying"


def test_a_blocked_action_raises_with_every_reason(shelf, elsewhere):
    shelf.full = True
    held = elsewhere(fsmlock.hold(shelf, "stack", holder="a clerk").acquire)
    with pytest.raises(fsmlock.ActionRefused) as refused:
        shelf.put()
    assert codes(refused.value.reasons) == ["has_room", "held"]
    assert refused.value.instance is shelf
    held.release()


def test_the_wrong_state_blocks_an_action(film):
    sheet = Print.objects.create(film=film)
    sheet.start_printing()
    (reason,) = fsmlock.explain(sheet, to="smell")
    assert reason.code == "state"
    assert reason.params == {"state": "printing", "action": "smell", "source": "drying"}
    with pytest.raises(fsmlock.ActionRefused):
        sheet.smell()


def test_explain_knows_an_action_by_its_name(shelf, elsewhere):
    assert fsmlock.explain(shelf, to="put") == ()
    assert codes(fsmlock.explain(shelf, to="put", user=AnonymousUser())) == ["permission"]
    held = elsewhere(fsmlock.hold(shelf, "dust").acquire)
    assert codes(fsmlock.explain(shelf, to="wipe_off")) == ["held"]
    held.release()
    with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'wipe_off'"):
        fsmlock.explain(shelf, to="wipe_of")


def test_available_lists_the_actions_of_the_state_among_its_transitions(film):
    offered = [(each.name, each.label, each.kind) for each in fsmlock.available(drying(film))]
    assert offered == [
        ("smell", "Smell", "action"),
        ("turn", "Turn", "transition"),
        ("take", "Take", "transition"),
    ]
    assert "smell" not in [each.name for each in fsmlock.available(Print.objects.create(film=film))]


def test_a_model_with_locks_only_has_actions(shelf, django_assert_num_queries):
    shelf.full = True
    put, wipe = fsmlock.available(shelf)
    assert (put.name, put.label, put.allowed, codes(put.reasons)) == ("put", "Put on", False, ["has_room"])
    assert (wipe.name, wipe.label, wipe.allowed, wipe.kind) == ("wipe_off", "Wipe off", True, "action")
    shelves = [Shelf.objects.create() for _ in range(20)]
    with django_assert_num_queries(1):
        assert set(fsmlock.available_many(shelves)) == set(shelves)


def test_call_action_checks_the_permission_and_returns_the_answer(shelf):
    assert fsmlock.call_action(shelf, "put", things=3) == "3 more"
    with pytest.raises(fsmlock.ActionRefused, match="permission"):
        fsmlock.call_action(shelf, "put", user=AnonymousUser())
    with pytest.raises(fsmlock.ConfigurationError, match=r"has no action 'puut'\. Did you mean 'put'"):
        fsmlock.call_action(shelf, "puut")


def test_with_a_policy_the_locks_are_held_during_the_call(shelf, elsewhere, monkeypatch):
    during = []

    def note(self, cloth):
        during.extend(sorted(hold.lock for hold in fsmlock.holds_on(self)))

    definition = actions_of(Shelf)["wipe_off"]
    monkeypatch.setattr(Shelf, "wipe_off", note)
    note.fsmlock_operation = definition
    fsmlock.call_action(shelf, "wipe_off", "a rag", policy=fsmlock.Fail())
    assert during == ["dust", "stack"]
    assert fsmlock.holds_on(shelf) == ()
    held = elsewhere(fsmlock.hold(shelf, "stack").acquire)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.call_action(shelf, "wipe_off", "a rag", policy=fsmlock.Fail())
    held.release()


def test_actions_and_transitions_are_distinguished():
    assert list(actions_of(Print)) == ["smell"]
    assert "smell" not in transitions_of(Print)
    assert actions_of(Shelf)["put"].description == "Somebody puts something on it."
    assert actions_of(Shelf)["wipe_off"].locks == ("stack", "dust")


def found(*models_):
    return {(each.id, each.msg) for each in check_models() if each.obj in models_}


@isolate_apps("tests.shop")
def test_wrong_declarations_are_reported_by_the_checks(monkeypatch):
    class Album(Lifecycle, models.Model):  # noqa: DJ008
        class Meta:
            app_label = "shop"

        @action(source="redy", needs="shelve")
        def leaf(self):
            """Somebody turns a page."""

        @action()
        def ready(self):
            """Named like a state."""

        @action()
        def fail(self):
            """Hides a transition of the base class."""

    class Box(models.Model):  # noqa: DJ008
        class Meta:
            app_label = "shop"

        @action(source="ready")
        def open(self):
            """It has no states."""

    monkeypatch.setattr("fsmlock.checks.apps.get_models", lambda: [Album, Box])
    assert {id_ for id_, _ in found(Album, Box)} == {
        "fsmlock.E020",
        "fsmlock.E021",
        "fsmlock.E025",
        "fsmlock.E026",
    }
    texts = " ".join(text for _, text in found(Album, Box))
    assert "Album.leaf needs the lock 'shelve', which isn't declared." in texts
    assert "Album.leaf names the state 'redy', which isn't declared. Did you mean 'ready'?" in texts
    assert "Album.ready is an action, and 'ready' is a state too" in texts
    assert "Album.fail is an action, and hides the transition of that name of Lifecycle." in texts
    assert "Box.open names the states ready, but Box has no states." in texts


def test_the_models_of_the_shop_have_no_such_mistake():
    assert [each for each in check_models() if each.id in {"fsmlock.E025", "fsmlock.E026"}] == []


def test_an_override_by_a_transition_is_no_action():
    class Base(models.Model):
        class Meta:
            abstract = True
            app_label = "shop"

        @action()
        def sell(self):
            """Somebody pays."""

    class Child(Lifecycle, Base):
        class Meta:
            abstract = True
            app_label = "shop"

        @transition(source="ready", target="deleted")
        def sell(self):
            """Somebody pays and takes it along."""

    assert (list(actions_of(Child)), "sell" in transitions_of(Child)) == ([], True)
