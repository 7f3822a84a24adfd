from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from tests.accounts.people import apply, signed_in, with_role

from timelapse.accounts import actions, new_passwords, sessions
from timelapse.accounts.models import Person
from timelapse.accounts.roles import give_role
from timelapse.project.schema import schema
from timelapse.shared.access import load_permissions

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = """
subscription { peopleUpdates { kind more gone changed {
  username role state lastSeenAt invitations { note state } passwordLink { state } } } }
"""


@pytest.fixture
def anna():
    return with_role("anna", "admin")


@asynccontextmanager
async def following(user):
    """Follow the list as over a websocket; the function waits until a message fits."""
    await sync_to_async(load_permissions)(user)
    scope = {"user": user}
    stream = await schema.subscribe(PEOPLE, context_value={"ws": SimpleNamespace(scope=scope)})

    async def until(fits):
        async with asyncio.timeout(60):
            while True:
                answer = await anext(stream)
                codes = [error.extensions["code"] for error in answer.errors or ()]
                if fits({"data": answer.data, "codes": codes}):
                    return {"data": answer.data, "codes": codes}

    until.scope = scope
    yield until
    await stream.aclose()


def shows(name, **wanted):
    """Whether a message shows a person so."""

    def fits(answer):
        changed = (answer.get("data") or {}).get("peopleUpdates", {}).get("changed", [])
        found = [each for each in changed if each["username"] == name]
        return any(all(each[key] == value for key, value in wanted.items()) for each in found)

    return fits


async def test_everybody_comes_first_then_who_is_new_changed_or_gone(anna):
    ben = await sync_to_async(with_role)("ben", "viewer")
    async with following(anna) as until:
        answer = await until(shows("ben", role="Viewer"))
        assert answer["data"]["peopleUpdates"]["kind"] == "SNAPSHOT"
        assert len(answer["data"]["peopleUpdates"]["changed"]) == 2
        await sync_to_async(with_role)("eve", "editor")
        await until(shows("eve", role="Editor"))
        await sync_to_async(give_role)(ben, "operator")  # as the administration does
        await until(shows("ben", role="Operator"))
        await sync_to_async(deactivate)(ben, anna)
        await until(shows("ben", state="deactivated"))
        await sync_to_async(delete)("eve")
        await until(lambda answer: answer["data"]["peopleUpdates"]["gone"])


def deactivate(person, by):
    actions.change_access(Person.objects.get(pk=person.pk), by, role="deactivated")


def delete(username):
    User.objects.get(username=username).delete()


async def test_invitations_links_and_when_somebody_was_seen_are_live_too(anna, monkeypatch):
    ben = await sync_to_async(with_role)("ben", "viewer")
    async with following(anna) as until:
        await until(shows("ben", lastSeenAt=None))
        await sync_to_async(actions.invite)(anna, role="viewer", note="Zoe", days=1)
        await until(shows("anna", invitations=[{"note": "Zoe", "state": "active"}]))
        link = await sync_to_async(new_passwords.offer_password)(ben, anna, hours=1)
        await until(shows("ben", passwordLink={"state": "active"}))
        admin = await sync_to_async(signed_in)(anna)
        await sync_to_async(apply)(admin, link, "revoke")
        await until(shows("ben", passwordLink=None))
        monkeypatch.setattr(sessions, "_looked", sessions._Looked())
        await sync_to_async(signed_in)(ben)
        await until(lambda answer: not shows("ben", lastSeenAt=None)(answer) and shows("ben")(answer))


async def test_who_manages_people_no_more_follows_them_no_more(anna):
    ben = await sync_to_async(with_role)("ben", "admin")
    async with following(ben) as until:
        await until(shows("anna"))
        until.scope["user"] = await sync_to_async(give_away)(ben, anna)  # as the socket does at once
        refused = await until(lambda answer: answer["codes"])
        assert refused == {"data": None, "codes": ["forbidden"]}


def give_away(person, by):
    actions.change_access(Person.objects.get(pk=person.pk), by, role="viewer")
    changed = User.objects.get(pk=person.pk)
    load_permissions(changed)
    return changed


async def test_others_do_not_follow_people(user):
    async with following(user) as until:
        assert (await until(lambda _: True))["codes"] == ["forbidden"]
