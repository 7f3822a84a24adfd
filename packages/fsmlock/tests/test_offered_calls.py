from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

import fsmlock
from tests.shop.models import Film, Shelf


@pytest.fixture
def shelf(db):
    return Shelf.objects.create()


@pytest.fixture
def guest():
    return AnonymousUser()


def test_a_transition_is_applied_and_saved(film, guest):
    fsmlock.offered_call(film, "publish", {}).apply(user=guest)
    assert Film.objects.get(pk=film.pk).state == "published"


def test_an_action_is_called_and_its_answer_returned(shelf, django_user_model):
    user = django_user_model.objects.create_user("clerk")
    user.user_permissions.add(Permission.objects.get(codename="change_shelf"))
    assert fsmlock.offered_call(shelf, "put", {"things": 3}).apply(user=user) == "3 more"


def test_a_field_that_is_not_given_has_its_default(shelf):
    assert fsmlock.offered_call(shelf, "put", {}).values == {"things": 1}


def test_nothing_happens_until_it_is_applied(film):
    call = fsmlock.offered_call(film, "publish", {})
    assert (call.operation.label, film.state) == ("Publish", "ready")


@pytest.mark.parametrize(
    "name", ["publsh", "initialise", "state", "__class__", "", "\0", "\ud800", "x" * 5000]
)
def test_what_is_not_offered_is_refused_by_name(film, name):
    with pytest.raises(fsmlock.NotOffered) as refused:
        fsmlock.offered_call(film, name, {})
    (reason,) = refused.value.reasons
    assert (reason.code, refused.value.instance) == ("unknown_transition", film)
    assert len(reason.params["transition"]) <= 80
    assert "publish" in reason.remedy
    assert "initialise" not in reason.remedy, "what is internal is not suggested"
    str(reason).encode()


@pytest.mark.parametrize(("given", "field"), [({"things": "many"}, "things"), ({"colour": "red"}, "colour")])
def test_values_that_do_not_fit_are_refused_by_field(shelf, given, field):
    with pytest.raises(fsmlock.ValuesRefused) as refused:
        fsmlock.offered_call(shelf, "put", given)
    assert [reason.params["field"] for reason in refused.value.reasons] == [field]


def test_the_permission_counts_when_it_is_applied(shelf, guest):
    with pytest.raises(fsmlock.ActionRefused, match="permission"):
        fsmlock.offered_call(shelf, "put", {}).apply(user=guest)


def test_with_a_policy_the_locks_are_held_meanwhile(film, elsewhere):
    held = elsewhere(fsmlock.hold(film, "render").acquire)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.offered_call(film, "render", {}).apply(user=None, policy=fsmlock.Fail())
    elsewhere(held.release)
