from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, User
from strawberry import relay
from tests import factories

from timelapse.project.schema import schema
from timelapse.shared.access import load_permissions
from timelapse.timelapses import queries

pytestmark = pytest.mark.django_db(transaction=True)

NODE = "query ($id: ID!) { node(id: $id) { id } }"
#: Camera:x, Camera:99999..., Nope:1, Camera:\0
KEYS = [
    "Q2FtZXJhOng=",
    "Q2FtZXJhOjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "Tm9wZTox",
    "Q2FtZXJhOgA=",
]


def only_error(answer):
    (error,) = answer["errors"]
    return error["extensions"]["code"], error["message"]


@pytest.mark.parametrize("malformed", ["", "x", "!!", "x" * 10_000, *KEYS])
def test_a_malformed_id_is_called_so(member, malformed):
    code, message = only_error(member.ask(NODE, id=malformed))
    assert code == "malformed_id"
    assert message == "This id is malformed. Take ids from the server's answers."


def test_a_document_that_does_not_fit_the_schema_says_where(member):
    assert only_error(member.ask("{ camerass }")) == (
        "bad_document",
        "Cannot query field 'camerass' on type 'Query'. Did you mean 'cameras'?",
    )


@pytest.mark.parametrize("document", ["{", "query ($n: Int) { cameras(first: $n) { edges { cursor } } }"])
def test_a_document_with_a_slip_has_a_code(member, document):
    assert only_error(member.ask(document, n="many"))[0] == "bad_document"


def test_an_unplanned_error_shows_the_id_of_its_log_entry_and_nothing_else(member, monkeypatch, caplog):
    def fail():
        raise RuntimeError('SELECT "secret" FROM "table"')

    monkeypatch.setattr(queries, "timelapses", fail)
    code, message = only_error(member.ask("{ timelapses { edges { node { id } } } }"))
    assert code == "internal_error"
    assert "secret" not in message
    (error_id,) = re.findall("[0-9a-f]{32}", message)
    assert any(error_id in record.getMessage() and record.exc_info for record in caplog.records)


def test_a_planned_error_stays_as_it_is(anonymous):
    assert only_error(anonymous.ask("{ timelapses { edges { node { id } } } }")) == (
        "signed_out",
        "You are not signed in. Sign in, then try again.",
    )


TIMELAPSE = "query ($id: ID!) { node(id: $id) { ... on Timelapse { id frameCount } } }"


def kinds(answer):
    return [error["extensions"]["kind"] for error in answer["errors"]]


def test_absence_refusal_and_failure_are_three_answers(member, anonymous, monkeypatch):
    garden = relay.to_base64("Timelapse", factories.timelapse().pk)
    missing = relay.to_base64("Timelapse", 4711)
    assert member.ask(TIMELAPSE, id=missing) == {"data": {"node": None}}
    assert kinds(member.ask(TIMELAPSE, id="x")) == ["ABSENT"]
    assert kinds(anonymous.ask(TIMELAPSE, id=garden)) == ["SIGNED_OUT"]
    assert kinds(member.ask("{ nope }")) == ["REFUSED"]

    def fail(_timelapses):
        raise RuntimeError

    monkeypatch.setattr(queries, "visible", fail)
    assert kinds(member.ask(TIMELAPSE, id=garden)) == ["FAILED"]


async def test_a_subscription_names_the_kind_of_its_error_too(db):
    guest = await User.objects.acreate(username="guest")
    updates = "subscription ($id: ID!) { timelapseUpdates(id: $id) { seq } }"
    for watcher, kind in ((guest, "REFUSED"), (AnonymousUser(), "SIGNED_OUT")):
        await sync_to_async(load_permissions)(watcher)
        stream = await schema.subscribe(
            updates,
            variable_values={"id": relay.to_base64("Timelapse", 4711)},
            context_value={"ws": SimpleNamespace(scope={"user": watcher})},
        )
        (error,) = (await anext(stream)).errors
        assert error.extensions["kind"] == kind
