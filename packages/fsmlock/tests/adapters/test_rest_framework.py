from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

import fsmlock
from tests.shop.models import Film, Frame


@pytest.fixture
def user(db, django_user_model):
    return django_user_model.objects.create_user("editor")


@pytest.fixture
def rest(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def post(rest, film, name, **values):
    return rest.post(f"/rest/films/{film.pk}/transitions/{name}/", values, format="json")


def allow(user):
    user.user_permissions.add(Permission.objects.get(codename="change_film"))


def test_an_object_says_what_is_available_and_why_the_rest_is_not(film, rest):
    render, publish = rest.get(f"/rest/films/{film.pk}/").json()["available"]
    assert (publish["name"], publish["label"], publish["allowed"]) == ("publish", "Publish", True)
    assert [reason["code"] for reason in render["reasons"]] == ["no_frames", "permission"]


def test_a_request_applies_a_transition_and_gets_the_object(film, rest):
    answer = post(rest, film, "publish")
    assert (answer.status_code, answer.json()["state"]) == (200, "published")
    assert Film.objects.get(pk=film.pk).state == "published"


def test_a_missing_permission_is_forbidden(film, rest):
    Frame.objects.create(film=film)
    answer = post(rest, film, "render")
    assert (answer.status_code, [each["code"] for each in answer.json()["reasons"]]) == (403, ["permission"])


def test_what_is_in_the_way_is_a_conflict_with_its_reasons(film, rest, user, elsewhere):
    allow(user)
    held = elsewhere(fsmlock.hold(film, "render", holder="import 12").acquire)
    answer = post(rest, film, "render")
    elsewhere(held.release)
    assert answer.status_code == 409
    assert [reason["code"] for reason in answer.json()["reasons"]] == ["no_frames", "held"]


@pytest.mark.parametrize("name", ["initialise", "nonsense", "state", "pk", "x" * 101])
def test_what_is_not_offered_is_not_found(film, rest, name):
    assert post(rest, film, name).status_code == 404


def test_values_that_the_transition_does_not_take_are_refused(film, rest):
    answer = post(rest, film, "publish", loudly=True)
    assert (answer.status_code, answer.json()["reasons"][0]["params"]) == (400, {"field": "loudly"})
    assert Film.objects.get(pk=film.pk).state == "ready"


def test_a_body_that_is_no_object_is_refused(film, rest):
    answer = rest.post(f"/rest/films/{film.pk}/transitions/publish/", [1], format="json")
    assert answer.status_code == 400


def test_nobody_in_particular_sees_what_everybody_may(film):
    found = APIClient().get(f"/rest/films/{film.pk}/").json()["available"]
    assert [each["name"] for each in found] == ["render", "publish"]
