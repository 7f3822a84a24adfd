from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import eliot
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections
from django.utils import timezone
from tests.accounts.people import ME, PASSWORD, apply, browser, codes, sign_in, signed_in, with_role
from tests.sockets import Socket

import fsmlock
from timelapse.accounts import new_passwords
from timelapse.accounts.models import PasswordLink

pytestmark = pytest.mark.django_db(transaction=True)

CHANGE = """
mutation ($input: ChangePasswordInput!) { changePassword(input: $input) {
  errors { field code message remedy } } }
"""
CHOOSE = """
mutation ($input: ChoosePasswordInput!) { choosePassword(input: $input) {
  me { username } errors { field code message } } }
"""
LINKED = "query ($token: String!) { linkedAccount(token: $token) { username errors { code } } }"
LINKS = "{ people(first: 9) { edges { node { username passwordLink { path createdBy hasExpired } } } } }"
NEW = "battery staple"


@pytest.fixture(autouse=True)
def attempts():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def anna():
    return with_role("anna", "admin")


@pytest.fixture
def ben():
    return with_role("ben", "viewer")


def change(asker, current=PASSWORD, password=NEW):
    return asker.ask(CHANGE, input={"current": current, "password": password})["data"]["changePassword"]


def choose(asker, token, password=NEW):
    return asker.ask(CHOOSE, input={"token": token, "password": password})["data"]["choosePassword"]


def link(person, by, hours=1):
    return new_passwords.offer_password(person, by, hours=hours)


def test_a_new_password_keeps_this_session_and_ends_the_others(ben):
    here, elsewhere = browser(), browser()
    for each in (here, elsewhere):
        assert sign_in(each, "ben")["errors"] == []
    key = here.client.session.session_key
    assert change(here) == {"errors": []}
    assert here.ask(ME)["data"]["me"] == {"username": "ben"}
    assert here.client.session.session_key != key, "whoever knew the key has nothing of it any more"
    assert elsewhere.ask(ME)["data"]["me"] is None
    assert codes(sign_in(browser(), "ben")) == ["wrong_credentials"]
    assert codes(sign_in(browser(), "ben", NEW)) == []


def test_what_is_wrong_with_a_password_stands_at_its_field_in_djangos_words(ben):
    asker = signed_in(ben)
    wrong = change(asker, current="not it")["errors"]
    assert [(error["field"], error["code"]) for error in wrong] == [("current", "wrong_password")]
    weak = change(asker, password="12345")["errors"]
    assert {error["field"] for error in weak} == {"password"}
    assert [error["message"].partition(".")[0] for error in weak] == [
        "This password is too short",
        "This password is too common",
        "This password is entirely numeric",
    ]
    assert codes(change(asker, password="x" * 5000)) == ["invalid"]
    assert User.objects.get(username="ben").check_password(PASSWORD)


def test_the_current_password_is_guessed_no_faster_than_by_signing_in(ben):
    asker = signed_in(ben)
    found = [codes(change(asker, current=f"guess {number}")) for number in range(6)]
    assert found == [["wrong_password"]] * 5 + [["too_many_attempts"]]
    assert codes(change(asker)) == ["too_many_attempts"], "not even with the right one"
    assert codes(sign_in(browser(), "ben")) == ["too_many_attempts"]


def test_an_account_has_a_history_and_nobody_reads_a_password_in_it_or_in_the_log(ben):
    messages = []
    eliot.add_destinations(messages.append)
    try:
        change(signed_in(ben))
    finally:
        eliot.remove_destination(messages.append)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.change_message) == (
        ben,
        str(ben.pk),
        "Changed the own password.",
    )
    assert "account:changed" in {message.get("message_type") for message in messages}
    text = str(messages) + entry.change_message
    assert PASSWORD not in text
    assert NEW not in text


def test_of_two_who_change_a_password_at_once_one_does(ben):
    start = threading.Barrier(2)

    def change_at_once(password):
        start.wait(10)
        try:
            encoded = make_password(password)
            return new_passwords.change_password(ben, checked=ben.password, encoded=encoded, session=None)
        except fsmlock.Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(change_at_once, ("one", "other")))
    assert sorted(map(str, found)) == ["ben", "wrong_password"]


def test_who_is_signed_out_changes_no_password(anonymous):
    answer = anonymous.ask(CHANGE, input={"current": "x", "password": NEW})
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


async def test_a_websocket_can_not_change_a_session(ben):
    socket = Socket()
    answer = await socket.subscribe("mutation { signOut { errors { code } } }")
    assert answer["payload"]["errors"][0]["extensions"]["code"] == "no_request"
    await socket.close()


def test_somebody_who_forgot_their_password_chooses_one_with_a_link(anna, ben):
    admin, before = signed_in(anna), signed_in(ben)
    made = apply(admin, ben, "offer_password", hours=24)["created"]
    token = made["link"].removeprefix("/password/")
    stranger = browser()
    assert stranger.ask(LINKED, token=token)["data"]["linkedAccount"] == {"username": "ben", "errors": []}
    assert codes(choose(stranger, token, "short")) == ["invalid"]
    assert choose(stranger, token) == {"me": {"username": "ben"}, "errors": []}
    assert stranger.ask(ME)["data"]["me"] == {"username": "ben"}
    assert before.ask(ME)["data"]["me"] is None
    assert codes(sign_in(browser(), "ben")) == ["wrong_credentials"]
    assert codes(choose(browser(), token, "a third one")) == ["used"]
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == [
        "Made a link to a new password.",
        "Chose a password with a link by anna.",
    ]


def test_of_two_who_use_a_link_at_once_one_has_the_account(anna, ben):
    token, start = link(ben, anna).token, threading.Barrier(2)

    def use(password):
        start.wait(10)
        try:
            return new_passwords.use_password_link(token, encoded=make_password(password)).username
        except fsmlock.Refused as refused:
            return refused.reasons[0].code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(use, ("one", "other"))) == ["ben", "used"]


def test_a_link_that_is_no_longer_good_says_why(anna, ben):
    admin = signed_in(anna)
    replaced, revoked = link(ben, anna), link(ben, anna)
    assert apply(admin, revoked, "revoke")["object"]["state"] == "revoked"
    expired = link(ben, anna)
    PasswordLink.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    unknown = "x" * 32
    for token, code in (
        (replaced.token, "revoked"),
        (revoked.token, "revoked"),
        (expired.token, "expired"),
        (unknown, "unknown_link"),
        ("../admin", "unknown_link"),
    ):
        assert codes(browser().ask(LINKED, token=token)["data"]["linkedAccount"]) == [code]
        assert codes(choose(browser(), token)) == [code]
    assert User.objects.get(username="ben").check_password(PASSWORD)


def test_links_are_limited_as_signing_in_is(anna, ben, monkeypatch):
    token = link(ben, anna).token
    monkeypatch.setattr(new_passwords, "use_password_link", refuse)
    found = [codes(choose(browser(), token)) for _ in range(6)]
    assert found == [["used"]] * 5 + [["too_many_attempts"]]


def refuse(*_, **__):
    raise fsmlock.Refused([new_passwords.PASSWORD_LINK.used])


@pytest.mark.parametrize("event", ["changed", "deactivated", "maker deactivated", "promoted"])
def test_a_link_is_worth_nothing_once_its_reason_is_gone(anna, ben, event):
    made, root = link(ben, anna), User.objects.create_superuser("root", password=PASSWORD)
    if event == "changed":
        change(signed_in(ben))
    elif event == "promoted":
        User.objects.filter(pk=ben.pk).update(is_superuser=True)
    else:
        gone = ben if event == "deactivated" else anna
        apply(signed_in(root), gone, "change_access", role="deactivated")
    assert codes(choose(browser(), made.token, "a third one")) == ["revoked"]


def test_nobody_makes_a_link_for_themselves_a_superuser_or_who_is_deactivated(anna, ben):
    root = User.objects.create_superuser("root", password=PASSWORD)
    admin = signed_in(anna)
    assert codes(apply(admin, anna, "offer_password", hours=1)) == ["oneself"]
    assert codes(apply(admin, root, "offer_password", hours=1)) == ["superuser"]
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert codes(apply(admin, ben, "offer_password", hours=1)) == ["deactivated"]
    assert codes(apply(signed_in(with_role("eve", "operator")), anna, "offer_password", hours=1)) == [
        "permission"
    ]
    assert not PasswordLink.objects.exists()


def test_only_a_superuser_sees_the_link_of_a_superuser(anna, ben):
    root, other = (User.objects.create_superuser(name, password=PASSWORD) for name in ("root", "toor"))
    link(root, other)
    link(ben, anna)

    def shown(user):
        edges = signed_in(user).ask(LINKS)["data"]["people"]["edges"]
        links = {edge["node"]["username"]: edge["node"]["passwordLink"] for edge in edges}
        return {name: found and bool(found["path"]) for name, found in links.items()}

    assert shown(anna) == {"anna": None, "ben": True, "root": False, "toor": None}
    assert shown(root) == {"anna": None, "ben": True, "root": True, "toor": None}


def test_the_links_of_all_people_are_read_at_once(anna, django_assert_max_num_queries):
    for number in range(8):
        link(with_role(f"member{number}", "viewer"), anna)
    admin = signed_in(anna)
    with django_assert_max_num_queries(10):
        edges = admin.ask(LINKS)["data"]["people"]["edges"]
    assert sum(edge["node"]["passwordLink"] is not None for edge in edges) == 8
