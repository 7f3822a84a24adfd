"""People with roles, and how they ask, for the tests of accounts."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client
from strawberry import relay
from tests.conftest import Asker

from timelapse.accounts.models import Invitation, PasswordLink
from timelapse.accounts.roles import give_role

PASSWORD = "correct horse"
APPLY = """
mutation ($input: TransitionInput!) { transition(input: $input) {
  created { ... on Invitation { path role note createdBy } ... on PasswordLink { link: path createdBy } }
  object { state ... on Person { role } } errors { field code } } }
"""
SIGN_IN = """mutation ($input: SignInInput!) {
  signIn(input: $input) { me { username } errors { code message remedy field } }
}"""
ME = "{ me { username } }"


def with_role(name, role):
    user = User.objects.create_user(name, password=PASSWORD)
    give_role(user, role)
    return user


def browser():
    return Asker(Client(enforce_csrf_checks=True))


def signed_in(user):
    asker = browser()
    asker.client.force_login(user)
    return asker


def apply(asker, row, transition, **values):
    kind = type(row).__name__ if isinstance(row, Invitation | PasswordLink) else "Person"
    given = {"id": relay.to_base64(kind, row.pk), "name": transition, "input": values}
    return asker.ask(APPLY, input=given)["data"]["transition"]


def sign_in(asker, username, password=PASSWORD):
    return asker.ask(SIGN_IN, input={"username": username, "password": password})["data"]["signIn"]


def codes(answer):
    return [error["code"] for error in answer["errors"]]
