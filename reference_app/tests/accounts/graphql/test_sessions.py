from __future__ import annotations

import asyncio
import itertools

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from tests.accounts.people import ME, PASSWORD, apply, browser, codes, sign_in, signed_in, with_role
from tests.sockets import Socket

from timelapse.project import subscriptions
from timelapse.shared import live
from timelapse.shared.live.hub import hub

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = "{ me { sessions { id browser address isThisOne lastSeenAt beganAt } } }"
END = """
mutation ($input: SignOutSessionInput!) { signOutSession(input: $input) {
  me { sessions { isThisOne } } errors { code } } }
"""
END_OTHERS = "mutation { signOutElsewhere { me { sessions { isThisOne } } errors { code } } }"
CHANGE = """
mutation ($input: ChangePasswordInput!) { changePassword(input: $input) {
  me { sessions { isThisOne beganAt } } errors { code } } }
"""
OPERATIONS = "subscription { homeUpdates { seq } }"


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


def shown(asker):
    return asker.ask(SESSIONS)["data"]["me"]["sessions"]


def end(asker, session):
    return asker.ask(END, input={"session": session})["data"]["signOutSession"]


def test_one_sees_where_one_is_signed_in_and_signs_out_elsewhere(ben, anna):
    here, there, stranger = signed_in(ben), signed_in(ben), signed_in(anna)
    found = shown(here)
    assert sorted(each["isThisOne"] for each in found) == [False, True]
    assert [each["address"] for each in found] == [None, None]
    other = next(each["id"] for each in found if not each["isThisOne"])
    assert end(here, other) == {"me": {"sessions": [{"isThisOne": True}]}, "errors": []}
    assert there.ask(ME)["data"]["me"] is None
    assert codes(end(here, other)) == ["session_ended"]
    others = [signed_in(ben) for _ in range(3)]
    assert here.ask(END_OTHERS)["data"]["signOutElsewhere"]["me"] == {"sessions": [{"isThisOne": True}]}
    assert [each.ask(ME)["data"]["me"] for each in others] == [None] * 3
    assert here.ask(ME)["data"]["me"] == {"username": "ben"}
    assert stranger.ask(ME)["data"]["me"] == {"username": "anna"}


@pytest.mark.parametrize("session", ["", "1", "U2Vzc2lvbjoxeA==", "\N{SNOWMAN}", "VXNlcjox", "x" * 5000])
def test_nobody_ends_the_session_of_somebody_else_or_one_that_can_not_be(ben, anna, session):
    theirs = signed_in(anna)
    assert codes(end(signed_in(ben), session)) == ["session_ended"]
    assert codes(end(signed_in(ben), shown(theirs)[0]["id"])) == ["session_ended"]
    assert theirs.ask(ME)["data"]["me"] == {"username": "anna"}


def test_the_key_of_a_session_is_never_shown(ben):
    asker = signed_in(ben)
    assert Session.objects.get().session_key not in str(shown(asker))


def test_a_session_is_not_listed_once_its_password_is_another_one(ben):
    stays = signed_in(ben)
    ben.set_password("battery staple")  # as the administration does, which ends no session by itself
    ben.save()
    assert stays.ask(ME)["data"]["me"] is None
    asker = browser()
    sign_in(asker, "ben", "battery staple")
    assert [each["isThisOne"] for each in shown(asker)] == [True]


def test_a_changed_password_leaves_this_session_with_the_time_at_which_it_began(ben):
    here, _there = signed_in(ben), signed_in(ben)
    began = next(each["beganAt"] for each in shown(here) if each["isThisOne"])
    answer = here.ask(CHANGE, input={"current": PASSWORD, "password": "battery staple"})
    assert answer["data"]["changePassword"] == {
        "me": {"sessions": [{"isThisOne": True, "beganAt": began}]},
        "errors": [],
    }


@pytest.mark.parametrize("mutation", ["signOutElsewhere", "signOutSession"])
def test_who_is_signed_out_ends_no_session(anonymous, mutation):
    document, given = (END, {"input": {"session": "x"}}) if mutation == "signOutSession" else (END_OTHERS, {})
    answer = anonymous.ask(document, **given)
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def test_an_administrator_sees_when_people_were_seen_and_signs_them_out_everywhere(anna, ben):
    admin, there = signed_in(anna), [signed_in(ben), signed_in(ben)]
    people = "{ people(first: 9) { edges { node { username lastSeenAt } } } }"
    with_role("zoe", "viewer")
    seen = {
        edge["node"]["username"]: edge["node"]["lastSeenAt"] is not None
        for edge in admin.ask(people)["data"]["people"]["edges"]
    }
    assert seen == {"anna": True, "ben": True, "zoe": False}
    assert apply(admin, ben, "sign_out_everywhere")["errors"] == []
    assert [each.ask(ME)["data"]["me"] for each in there] == [None, None]
    assert codes(sign_in(browser(), "ben")) == []


def test_nobody_signs_a_superuser_out_but_a_superuser(anna, ben):
    root = User.objects.create_superuser("root", password=PASSWORD)
    session = signed_in(root)
    assert codes(apply(signed_in(anna), root, "sign_out_everywhere")) == ["superuser"]
    assert codes(apply(signed_in(with_role("eve", "operator")), ben, "sign_out_everywhere")) == ["permission"]
    assert session.ask(ME)["data"]["me"] == {"username": "root"}
    assert apply(signed_in(root), anna, "sign_out_everywhere")["errors"] == []


def ends_it(here, _admin, _ben):
    here.client.logout()


def is_ended_elsewhere(_here, _admin, ben):
    signed_in(ben).ask(END_OTHERS)


def is_signed_out(_here, admin, ben):
    apply(admin, ben, "sign_out_everywhere")


def is_deactivated(_here, admin, ben):
    apply(admin, ben, "change_access", role="deactivated")


def changes_the_password(_here, _admin, ben):
    signed_in(ben).ask(CHANGE, input={"current": PASSWORD, "password": "battery staple"})


@pytest.mark.parametrize(
    "ends", [ends_it, is_ended_elsewhere, is_signed_out, is_deactivated, changes_the_password]
)
async def test_the_page_of_a_session_that_ended_is_closed_at_once_with_its_subscriptions(anna, ben, ends):
    here, admin = await sync_to_async(signed_in)(ben), await sync_to_async(signed_in)(anna)
    socket = Socket(session=here.client.cookies["sessionid"].value)
    await socket.subscribe(OPERATIONS)
    watched = {group for group, inboxes in hub()._inboxes.items() if inboxes}
    assert f"account.{ben.pk}" in watched
    await sync_to_async(ends)(here, admin, ben)
    closed = await asyncio.wait_for(socket.closed(), subscriptions.SESSION_CHECK_S / 3)
    assert closed["code"] == subscriptions.FORBIDDEN
    await socket.close()
    assert not {group for group, inboxes in hub()._inboxes.items() if inboxes}
    assert await sync_to_async(live.flush)(10)


async def test_another_role_reaches_an_open_page_at_once(anna, ben):
    here, admin = await sync_to_async(signed_in)(ben), await sync_to_async(signed_in)(anna)
    socket = Socket(session=here.client.cookies["sessionid"].value)
    assert "forbidden" in str(await socket.subscribe("query { inviter { id } }"))
    await sync_to_async(apply)(admin, ben, "change_access", role="admin")
    async with asyncio.timeout(subscriptions.SESSION_CHECK_S / 3):
        for number in itertools.count():
            answer = await socket.ask(f"again {number}", "query { inviter { id } }")
            if "forbidden" not in str(answer):
                break
    assert answer["payload"]["data"]["inviter"]["id"]
    await socket.close()
