from __future__ import annotations

import hashlib
import json

import graphql
import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from tests.sockets import Socket

from timelapse.project import page_documents
from timelapse.project.page_documents import documents

ME = "query Me { me { username } }"
LIST = "subscription Cameras { cameraListUpdates { kind } }"
PEOPLE = "query People($first: Int!) { people(first: $first) { totalCount } }"
WRONG = "query Wrong { me { shoeSize } }"
DEEP = "query Deep { __schema { types { " + "fields { type { " * 8 + "name" + " } }" * 8 + " } } }"
LONG = "query Long { " + " ".join(f"a{number}: __typename" for number in range(1000)) + " }"
HASHES = {text: hashlib.sha256(text.encode()).hexdigest() for text in (ME, LIST, PEOPLE, WRONG, DEEP, LONG)}
OF_ANOTHER_VERSION = "This page is of another version than the server. Reload it."


def named(text):
    return {"persistedQuery": {"version": 1, "sha256Hash": HASHES[text]}}


@pytest.fixture
def page(settings, tmp_path):
    """A page that was built with these documents."""
    settings.UI_DIST = tmp_path
    (tmp_path / "documents.json").write_text(json.dumps({HASHES[text]: text for text in HASHES}))
    return tmp_path / "documents.json"


@pytest.fixture
def post(member):
    def post(**body):
        member.client.get("/")
        token = member.client.cookies["csrftoken"].value
        answer = member.client.post(
            "/graphql", body, content_type="application/json", headers={"X-CSRFToken": token}
        )
        return answer.json()

    return post


@sync_to_async
def session_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def codes(answer):
    return [(error["message"], error["extensions"]["code"]) for error in answer["errors"]]


@pytest.mark.usefixtures("page")
def test_a_document_is_found_by_its_hash(post):
    assert post(extensions=named(ME)) == {"data": {"me": {"username": "editor"}}}
    assert post(query="", extensions=named(ME))["data"] == {"me": {"username": "editor"}}


@pytest.mark.usefixtures("page")
def test_a_document_of_the_page_is_validated_once(post, monkeypatch):
    validated = []

    def validate(schema, document, rules):
        validated.append(document)
        return graphql.validate(schema, document, rules)

    monkeypatch.setattr(page_documents, "validate", validate)
    page_documents._errors_in.cache_clear()
    for _ in range(3):
        assert post(extensions=named(ME))["data"] == {"me": {"username": "editor"}}
    assert len(validated) == 1


@pytest.mark.usefixtures("page")
def test_the_variables_of_a_document_of_the_page_are_checked_each_time(post):
    for first, code in ((2, "forbidden"), (1000, "bad_page_size"), (2, "forbidden")):
        assert codes(post(extensions=named(PEOPLE), variables={"first": first}))[0][1] == code


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("document", [WRONG, DEEP, LONG], ids=["unknown field", "too deep", "too long"])
def test_a_document_of_the_page_has_the_limits_of_any_other_each_time(post, document):
    for _ in range(2):
        assert codes(post(extensions=named(document)))[0][1] == "bad_document"


@pytest.mark.usefixtures("page")
def test_a_page_of_another_version_is_asked_to_reload(post):
    answer = post(extensions={"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})
    assert codes(answer) == [(OF_ANOTHER_VERSION, "unknown_document")]
    assert answer["errors"][0]["extensions"]["kind"] == "REFUSED"


def test_nothing_is_found_while_the_page_is_not_built(post, settings, tmp_path):
    settings.UI_DIST = tmp_path
    assert codes(post(extensions=named(ME))) == [(OF_ANOTHER_VERSION, "unknown_document")]
    assert post(query=ME)["data"] == {"me": {"username": "editor"}}


def test_a_page_that_is_built_anew_is_read_again(page):
    assert len(documents()) == len(HASHES)
    page.write_text("{}")
    assert len(documents()) == 0


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("malformed", [{"persistedQuery": 1}, {"persistedQuery": {"sha256Hash": [1]}}, {}])
def test_a_malformed_hash_is_none(post, malformed):
    assert post(query=ME, extensions=malformed)["data"] == {"me": {"username": "editor"}}


@pytest.mark.usefixtures("page")
def test_a_server_may_answer_its_own_page_only(post, settings):
    settings.ONLY_PAGE_DOCUMENTS = True
    assert post(query=ME)["data"] == {"me": {"username": "editor"}}
    assert post(extensions=named(ME))["data"] == {"me": {"username": "editor"}}
    own_page_only = [("This server answers the documents of its own page only.", "unknown_document")]
    assert codes(post(query="{ me { username } }")) == own_page_only
    assert codes(post(query="{ __schema { types { name } } }")) == own_page_only


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("page")
async def test_a_subscription_is_found_by_its_hash(user):
    socket = Socket(session=await session_of(user))
    first = await socket.subscribe("", **named(LIST))
    assert first["type"] == "next"
    assert first["payload"] == {"data": {"cameraListUpdates": {"kind": "SNAPSHOT"}}}
    await socket.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("page")
async def test_an_unknown_subscription_is_refused(user, settings):
    settings.ONLY_PAGE_DOCUMENTS = True
    socket = Socket(session=await session_of(user))
    first = await socket.subscribe("subscription { cameraListUpdates { seq } }")
    assert first["type"] == "error"
    assert codes({"errors": first["payload"]})[0][1] == "unknown_document"
    await socket.close()
