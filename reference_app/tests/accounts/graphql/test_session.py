from __future__ import annotations

import pytest
from django.test import Client

SIGN_IN = """mutation ($input: SignInInput!) {
  signIn(input: $input) { me { username } errors { code message remedy field } }
}"""
ME = "{ me { id username isStaff } }"

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_is_me_before_signing_in(anonymous):
    assert anonymous.ask(ME) == {"data": {"me": None}}


def test_the_right_password_starts_a_session(anonymous, user):
    answer = anonymous.ask(SIGN_IN, input={"username": "editor", "password": "a long password"})
    assert answer["data"]["signIn"] == {"me": {"username": "editor"}, "errors": []}
    assert anonymous.ask(ME)["data"]["me"]["username"] == "editor"


def test_a_wrong_password_is_refused_without_revealing_whether_the_name_exists(anonymous, user):
    wrong = [
        anonymous.ask(SIGN_IN, input={"username": name, "password": "wrong"})["data"]["signIn"]
        for name in ("editor", "nobody")
    ]
    assert wrong[0] == wrong[1]
    assert wrong[0]["errors"][0]["code"] == "wrong_credentials"
    assert wrong[0]["errors"][0]["remedy"]


def test_signing_out_ends_the_session(member):
    assert member.ask("mutation { signOut { errors { code } } }")["data"]["signOut"] == {"errors": []}
    assert member.ask(ME) == {"data": {"me": None}}


def test_one_sees_oneself_as_a_node_and_nobody_else(member):
    me = member.ask(ME)["data"]["me"]
    node = "query ($id: ID!) { node(id: $id) { id ... on User { username } } }"
    assert member.ask(node, id=me["id"])["data"]["node"] == {"id": me["id"], "username": "editor"}


def test_a_request_without_a_csrf_token_is_refused(user):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/graphql", {"query": ME}, content_type="application/json")
    assert answer.status_code == 403
