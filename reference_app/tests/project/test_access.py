"""Walks the whole schema and every address as everybody, and compares with the table in the docs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import strawberry
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.test import Client
from graphql import GraphQLEnumType, GraphQLNonNull, get_named_type, is_leaf_type
from strawberry import relay
from tests.factories import frame, timelapse

import fsmlock
from timelapse.accounts.roles import ROLES
from timelapse.cameras import actions
from timelapse.project import access, roles
from timelapse.project.asgi import application
from timelapse.project.schema import schema
from timelapse.rendering.models import Movie
from timelapse.shared.access import FILTERED, load_permissions

DOCS = Path(__file__).parents[3] / "docs" / "reference" / "permissions.md"
GRAPH = access.graphql_schema(schema)
TABLE = dict(re.findall(r"^\| `([^`]+)` \| `?([^`|]+?)`? \|$", DOCS.read_text(), re.MULTILINE))
FIELDS = {name: who for name, who in TABLE.items() if re.match(r"(Query|Mutation|Subscription)\.", name)}
ADDRESSES = {name: who for name, who in TABLE.items() if name.startswith("/")}
TYPES = {name: who for name, who in TABLE.items() if name not in FIELDS and name not in ADDRESSES}
PERMISSIONS = sorted({who for who in TABLE.values() if "." in who})
VIEWERS = ["nobody", "no rights", "staff", *ROLES, "superuser", "camera token", *PERMISSIONS]
#: What an argument gets that doesn't exist: nothing happens, but the answer is no refusal.
ABSENT = {"ID": relay.to_base64("Camera", "0" * 32), "String": "x", "Int": 1, "Float": 1.0, "Boolean": False}

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Viewer:
    """Somebody, and what they may by the table."""

    user: User | AnonymousUser
    permissions: set[str] = field(default_factory=set)
    token: str = ""

    def may(self, who):
        if who == "anybody":
            return "allowed"
        if who == "camera token":
            return "allowed" if self.token else "signed_out"
        if not self.user.is_authenticated:
            return "signed_out"
        allowed = who == "signed in" or self.user.is_superuser or who in self.permissions
        return "allowed" if allowed or (who == "staff" and self.user.is_staff) else "forbidden"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def viewer(request, media):
    token = actions.enrol("Roof").token if request.param == "camera token" else ""
    if request.param in {"nobody", "camera token"}:
        return Viewer(AnonymousUser(), token=token)
    if request.param == "superuser":
        return Viewer(User.objects.create_superuser("admin"))
    user = User.objects.create_user("somebody", is_staff=request.param == "staff")
    if request.param in ROLES:
        group = Group.objects.get(name=request.param)
        user.groups.add(group)
        granted = {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()}
        return Viewer(user, granted)
    if request.param in roles.permissions():
        label, codename = request.param.split(".")
        granted = Permission.objects.get(content_type__app_label=label, codename=codename)
        user.user_permissions.add(granted)
        return Viewer(user, {request.param})
    return Viewer(user)


@pytest.fixture
def ids(media):
    """One object of each type with a global id; the camera's newest picture is a frame."""
    filmed = timelapse()
    taken = frame(filmed.camera)
    movie = Movie.objects.create(timelapse=filmed, fps=30, width=64, height=48)
    rows = {"Timelapse": filmed, "Camera": filmed.camera, "Movie": movie, "Frame": taken}
    return {name: relay.to_base64(name, row.pk) for name, row in rows.items()}


def value(of):
    """A value for an input type, as literal text."""
    named = get_named_type(of)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if is_leaf_type(named):
        given = ABSENT.get(named.name)
        return f'"{given}"' if isinstance(given, str) else str(given).lower()
    required = {name: each for name, each in named.fields.items() if isinstance(each.type, GraphQLNonNull)}
    return "{" + ", ".join(f"{name}: {value(each.type)}" for name, each in required.items()) + "}"


def call(name, definition):
    """Ask a field for as little as possible."""
    given = {key: each for key, each in definition.args.items() if isinstance(each.type, GraphQLNonNull)}
    arguments = ", ".join(f"{key}: {value(each.type)}" for key, each in given.items())
    named = get_named_type(definition.type)
    errors = "errors { code }" if "errors" in getattr(named, "fields", {}) else "__typename"
    below = "" if is_leaf_type(named) else f" {{ {errors} }}"
    return f"{name}{f'({arguments})' if arguments else ''}{below}"


def outcome(answer):
    codes = [error.extensions.get("code") for error in answer.errors or ()]
    payloads = [each for each in (answer.data or {}).values() if isinstance(each, dict)]
    codes += [error["code"] for each in payloads for error in each.get("errors") or ()]
    if "signed_out" in codes:
        return "signed_out"
    return "forbidden" if {"forbidden", "permission"} & set(codes) else "allowed"


async def ask(viewer, document, **variables):
    await sync_to_async(load_permissions)(viewer.user)
    context = SimpleNamespace(request=SimpleNamespace(user=viewer.user))
    if not document.startswith("subscription"):
        return await schema.execute(document, variable_values=variables, context_value=context)
    updates = await schema.subscribe(document, variable_values=variables, context_value=context)
    try:
        return await anext(updates)
    finally:
        await updates.aclose()


def test_the_tables_in_the_docs_are_those_of_the_schema():
    assert access.documentation(GRAPH) in DOCS.read_text()
    assert access.documentation_of_offers(GRAPH) in DOCS.read_text()
    offered = {operation.permission for _, operation in access.offers(GRAPH) if operation.permission}
    assert roles.permissions() == {*PERMISSIONS, *offered}
    admins = Group.objects.get(name="admin").permissions.all()
    granted = {f"{each.content_type.app_label}.{each.codename}" for each in admins}
    assert granted == roles.permissions(), "all of them exist"


@pytest.mark.slow
@pytest.mark.parametrize("viewer", VIEWERS, indirect=True)
async def test_everybody_reaches_exactly_what_the_table_says(viewer, ids):
    for walk in (fields, objects, addresses):
        found, expected = await walk(viewer, ids)
        assert found == expected


async def fields(viewer, _ids):
    found = {}
    for full_name in FIELDS:
        if full_name in {"Mutation.signIn", "Mutation.signOut"}:
            continue  # sessions have tests of their own
        root, _, name = full_name.partition(".")
        document = f"{root.lower()} {{ {call(name, GRAPH.type_map[root].fields[name])} }}"
        found[full_name] = outcome(await ask(viewer, document))
    expected = {name: viewer.may(FIELDS[name]) for name in found}
    if viewer.may(TYPES["Camera"]) != "allowed":
        for name in ("Query.node", "Mutation.transition"):  # it is a camera that is asked for
            expected[name] = viewer.may(TYPES["Camera"])
    return found, expected


async def objects(viewer, ids):
    found, expected = {}, {}
    for name, id_ in ids.items():
        for inner, definition in GRAPH.type_map[name].fields.items():
            if any(isinstance(each.type, GraphQLNonNull) for each in definition.args.values()):
                continue
            document = (
                f"query ($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {call(inner, definition)} }} }} }}"
            )
            found[name, inner] = outcome(await ask(viewer, document, id=id_))
            contained = get_named_type(definition.type).name.removesuffix("Connection")
            declared = definition.extensions["strawberry-definition"].metadata
            shown = (name,) if declared.get(FILTERED) else (name, contained)
            of_all = (*shown, f"{name}.{inner}")
            asked = [viewer.may(TYPES[each]) for each in of_all if each in TYPES]
            expected[name, inner] = next((each for each in asked if each != "allowed"), "allowed")
    return found, expected


async def addresses(viewer, _ids):
    headers = {"Authorization": f"Bearer {viewer.token}"} if viewer.token else {}
    if viewer.user.is_authenticated:
        client = Client()
        await sync_to_async(client.force_login)(viewer.user)
        headers["Cookie"] = f"sessionid={client.cookies['sessionid'].value}"
    transport = httpx.ASGITransport(application)
    found = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        for address in ADDRESSES:
            if address.startswith("/agent/"):
                answer = await browser.post(address, headers={**headers, "Tus-Resumable": "1.0.0"}, json={})
            elif address == "/media/sounds/":
                answer = await browser.post(address, headers=headers, json={})
            else:
                answer = await browser.get(address.replace("…", "1.jpg"), headers=headers)
            refused = {302: "forbidden", 401: "signed_out", 403: "forbidden"}
            found[address] = refused.get(answer.status_code, "allowed")
    expected = {address: viewer.may(who) for address, who in ADDRESSES.items()}
    if expected["/admin/"] != "allowed":
        expected["/admin/"] = "forbidden"  # Django redirects to its form, whoever asks
    return found, expected


@pytest.mark.parametrize("viewer", ["no rights"], indirect=True)
def test_a_button_that_is_offered_asks_for_the_permission_of_its_mutation(viewer, ids):
    """The offers have to be right by themselves: the page shows no others."""
    filmed = timelapse()
    movie = Movie.objects.create(timelapse=filmed, fps=30, width=64, height=48)
    missing = {
        (type(each).__name__, offer.name): [
            reason.params["permission"] for reason in offer.reasons if reason.code == "permission"
        ]
        for each in (filmed, filmed.camera, movie)
        for offer in fsmlock.available(each, viewer.user)
    }
    of_cameras = (
        "configure",
        "capture",
        "preview",
        "restart",
        "deliver",
        "collect_logs",
        "rename",
        "revoke",
        "focus",
    )
    assert missing == {
        **{("Camera", name): ["cameras.change_camera"] for name in of_cameras},
        ("Camera", "create_timelapse"): ["timelapses.add_timelapse"],
        **{("Timelapse", name): ["timelapses.change_timelapse"] for name in ("edit", "stop", "archive")},
        ("Timelapse", "change_retention"): ["frames.delete_frame"],
        ("Timelapse", "render"): [TABLE["Mutation.renderTimelapse"]],
        ("Timelapse", "keep_latest_movie"): [TABLE["Mutation.renderTimelapse"]],
        ("Timelapse", "stop_latest_movie"): [TABLE["Mutation.renderTimelapse"]],
        ("Timelapse", "share"): [TABLE["ShareLink"]],
        ("Timelapse", "start_deleting"): [TABLE["Mutation.deleteTimelapse"]],
        ("Camera", "start_deleting"): [TABLE["Mutation.deleteCamera"]],
        ("Movie", "pause"): ["rendering.change_movie"],
        ("Movie", "cancel"): ["rendering.change_movie"],
        ("Movie", "rename"): ["rendering.change_movie"],
    }


def test_a_field_without_a_rule_is_found_when_the_schema_is_built():
    @strawberry.type
    class Query:
        @strawberry.field
        def anything(self) -> str:
            return "for anybody"

    with pytest.raises(access.MissingRuleError, match=r"Query\.anything"):
        access.enforce(strawberry.Schema(query=Query))


@pytest.mark.parametrize("viewer", ["no rights", "cameras.add_camera"], indirect=True)
async def test_a_mutation_says_who_may_use_it_before_it_is_used(viewer):
    answer = await ask(viewer, '{ blockers(mutation: "approveCamera") { code message remedy params } }')
    if viewer.permissions:
        assert answer.data == {"blockers": []}
        return
    (reason,) = answer.data["blockers"]
    assert (reason["code"], reason["params"]) == ("permission", {"permission": "cameras.add_camera"})
    assert "Ask an administrator" in reason["remedy"]


@pytest.mark.parametrize("viewer", ["superuser"], indirect=True)
async def test_a_mutation_that_does_not_exist_has_no_answer(viewer):
    answer = await ask(viewer, '{ blockers(mutation: "launch") { code } }')
    assert answer.errors[0].extensions["code"] == "unknown_name"


@pytest.mark.parametrize("viewer", ["timelapses.view_timelapse"], indirect=True)
async def test_who_may_see_only_some_types_gets_a_list_without_the_others(viewer, ids):
    document = "subscription ($id: ID!) { timelapseUpdates(id: $id) { changed { __typename } } }"
    answer = await ask(viewer, document, id=ids["Timelapse"])
    assert answer.errors is None
    assert answer.data == {"timelapseUpdates": {"changed": [{"__typename": "Timelapse"}]}}
