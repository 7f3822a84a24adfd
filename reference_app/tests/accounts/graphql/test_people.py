from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from strawberry import relay
from tests.accounts.people import APPLY, PASSWORD, apply, codes, signed_in, with_role

import fsmlock
from timelapse.accounts import actions, queries
from timelapse.accounts.domain import MOST_INVITATIONS
from timelapse.accounts.models import Invitation, Person
from timelapse.accounts.roles import ROLES, role_of

pytestmark = pytest.mark.django_db(transaction=True)

ACCEPT = """
mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
  me { username managesPeople } errors { field code message remedy } } }
"""
WELCOME = "query ($token: String!) { welcome(token: $token) { role invitedBy errors { code } } }"
PEOPLE = "{ people(first: 50) { edges { node { username role state } } } }"
PENDING = "{ inviter { invitations { note path hasExpired } } }"


@pytest.fixture(autouse=True)
def attempts():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def anna():
    """An administrator who is no superuser."""
    return with_role("anna", "admin")


@pytest.fixture
def admin(anna):
    return signed_in(anna)


def accept(asker, token, username="ben", password=PASSWORD):
    given = {"token": token, "username": username, "password": password}
    return asker.ask(ACCEPT, input=given)["data"]["acceptInvitation"]


def test_somebody_who_is_invited_makes_an_account_that_has_the_role(admin, anna, anonymous):
    made = apply(admin, anna, "invite", role="editor", note="Ben", days=7)["created"]
    assert (made["role"], made["note"], made["createdBy"]) == ("Editor", "Ben", "anna")
    token = made["path"].removeprefix("/invitation/")
    shown = anonymous.ask(WELCOME, token=token)["data"]["welcome"]
    assert shown == {"role": ROLES["editor"], "invitedBy": "anna", "errors": []}
    assert accept(anonymous, token) == {"me": {"username": "ben", "managesPeople": False}, "errors": []}
    assert anonymous.ask("{ me { username } }")["data"]["me"] == {"username": "ben"}
    ben = User.objects.get(username="ben")
    assert ben.check_password(PASSWORD)
    assert (role_of(ben), ben.is_staff, ben.is_superuser) == ("editor", False, False)
    used = Invitation.objects.get()
    assert (used.state, used.used_by) == ("used", ben)
    assert admin.ask(PENDING)["data"]["inviter"] == {"invitations": []}


def test_an_invitation_is_used_once(anna, anonymous):
    token = actions.invite(anna, role="viewer", note="", days=7).token
    assert codes(accept(anonymous, token)) == []
    assert codes(accept(anonymous, token, username="eve")) == ["used"]
    assert not User.objects.filter(username="eve").exists()


def test_of_two_who_use_an_invitation_at_once_one_has_an_account(anna):
    token = actions.invite(anna, role="viewer", note="", days=7).token
    start = threading.Barrier(2)

    def use(username):
        start.wait(10)
        try:
            return actions.use_invitation(token, username=username, encoded_password="!").username
        except fsmlock.Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        found = set(threads.map(use, ("ben", "eve")))
    assert "used" in found
    assert len(found) == 2
    assert User.objects.exclude(username="anna").count() == 1


def test_an_invitation_that_is_revoked_expired_or_unknown_says_so(admin, anna, anonymous):
    revoked, expired = (actions.invite(anna, role="viewer", note="", days=1) for _ in range(2))
    assert apply(admin, revoked, "revoke")["object"]["state"] == "revoked"
    Invitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    for token, code in ((revoked.token, "revoked"), (expired.token, "expired"), ("x", "unknown_invitation")):
        assert codes(anonymous.ask(WELCOME, token=token)["data"]["welcome"]) == [code]
        assert codes(accept(anonymous, token)) == [code]
    assert not User.objects.filter(username="ben").exists()


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("", PASSWORD, "username"),
        ("b" * 151, PASSWORD, "username"),
        ("ben or eve", PASSWORD, "username"),
        ("ANNA", PASSWORD, "username"),
        ("ben", "short", "password"),
        ("ben", "x" * 5000, "password"),
    ],
)
def test_a_name_or_a_password_that_cannot_be_leaves_the_invitation_good(
    anna, anonymous, username, password, field
):
    token = actions.invite(anna, role="viewer", note="", days=7).token
    answer = accept(anonymous, token, username, password)
    assert answer["me"] is None
    assert [error["field"] for error in answer["errors"]] == [field]
    assert answer["errors"][0]["remedy"]
    assert codes(accept(anonymous, token)) == []


def test_attempts_are_limited_as_those_of_signing_in(anna, anonymous):
    token = actions.invite(anna, role="viewer", note="", days=7).token
    found = [codes(accept(anonymous, token, username="anna")) for _ in range(6)]
    assert found == [["name_taken"]] * 5 + [["too_many_attempts"]]


def test_there_are_only_so_many_invitations(anna):
    for _ in range(MOST_INVITATIONS):
        actions.invite(anna, role="viewer", note="", days=1)
    with pytest.raises(fsmlock.Refused, match="good already"):
        actions.invite(anna, role="viewer", note="", days=1)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert actions.invite(anna, role="viewer", note="", days=1).pk


def test_people_are_listed_with_their_roles_in_a_constant_number_of_queries(
    admin, django_assert_max_num_queries
):
    User.objects.create_superuser("root")
    User.objects.create_user("zoe", is_active=False)
    shown = [edge["node"] for edge in admin.ask(PEOPLE)["data"]["people"]["edges"]]
    assert shown == [
        {"username": "anna", "role": "Admin", "state": "active"},
        {"username": "root", "role": "Superuser", "state": "active"},
        {"username": "zoe", "role": "Deactivated", "state": "deactivated"},
    ]
    for number in range(30):
        with_role(f"member{number}", "viewer")
    with django_assert_max_num_queries(10):
        admin.ask(PEOPLE)


def test_a_role_holds_from_the_next_request_on(admin):
    ben = with_role("ben", "viewer")
    session = signed_in(ben)
    assert session.ask(PEOPLE)["errors"][0]["extensions"]["code"] == "forbidden"
    assert apply(admin, ben, "change_access", role="admin")["object"]["role"] == "Admin"
    assert "errors" not in session.ask(PEOPLE)
    assert list(ben.groups.values_list("name", flat=True)) == ["admin"]


def test_who_is_deactivated_is_signed_out_and_can_come_back(admin):
    ben = with_role("ben", "editor")
    session = signed_in(ben)
    assert apply(admin, ben, "change_access", role="deactivated")["object"]["state"] == "deactivated"
    assert session.ask("{ me { username } }")["data"]["me"] is None
    assert apply(admin, ben, "change_access", role="viewer")["object"]["state"] == "active"
    assert session.ask("{ me { username } }")["data"]["me"] == {"username": "ben"}


def test_the_invitations_of_somebody_who_manages_people_no_more_are_revoked(admin):
    ben = with_role("ben", "admin")
    made = actions.invite(ben, role="admin", note="", days=7)
    apply(admin, ben, "change_access", role="admin")
    assert queries.pending().get() == made
    apply(admin, ben, "change_access", role="deactivated")
    assert not queries.pending().exists()


def test_nobody_changes_their_own_access_or_that_of_a_superuser(admin, anna):
    root = User.objects.create_superuser("root")
    assert codes(apply(admin, anna, "change_access", role="viewer")) == ["oneself"]
    assert codes(apply(admin, root, "change_access", role="viewer")) == ["superuser"]
    assert apply(signed_in(root), anna, "change_access", role="viewer")["object"]["role"] == "Viewer"


def test_of_two_administrators_who_deactivate_one_another_one_is_left(anna):
    ben = with_role("ben", "admin")
    actions.change_access(Person.objects.get(pk=ben.pk), anna, role="deactivated")
    with pytest.raises(fsmlock.Refused, match="managing people"):
        actions.change_access(Person.objects.get(pk=anna.pk), ben, role="deactivated")


@pytest.mark.parametrize("transition", ["invite", "change_access"])
def test_others_do_not_manage_people(member, user, anna, transition):
    answer = member.ask(
        APPLY, input={"id": relay.to_base64("Person", anna.pk), "name": transition, "input": {}}
    )
    assert codes(answer["data"]["transition"]) == ["permission"]


def test_each_role_may_do_what_the_one_before_it_may():
    sets = [
        set(Group.objects.get(name=role).permissions.values_list("codename", flat=True)) for role in ROLES
    ]
    viewer, editor, operator, admin = sets
    assert viewer < editor < operator < admin
    assert all(name.startswith("view_") for name in viewer)
    assert {"render_timelapse", "share"} <= editor - viewer
    assert {"change_camera", "delete_frame", "change_run"} <= operator - editor
    assert admin - operator == {"manage_people"}
