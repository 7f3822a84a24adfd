from __future__ import annotations

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests import factories
from tests.held_locks import held_elsewhere

from fsmlock.models import Run
from timelapse.rendering.models import Movie
from timelapse.shared.graphql import load

pytestmark = pytest.mark.django_db(transaction=True)

PLAN = """query ($id: ID!, $to: String!) { node(id: $id) { ... on Stateful { plan(to: $to) {
  label transition allowed reasons { code } object { __typename id displayName
  availableTransitions { name allowed } } } } } }"""
LOCKS = """query ($id: ID!) { node(id: $id) { ... on Stateful { locks {
  lock why since expiresAt remedy cancelRequestedBy subject { __typename } } } } }"""
PAGE = """{ timelapses { edges { node { plan(to: "start_deleting") { label object { displayName } }
  locks { lock } } } } }"""


class Squares:
    def __init__(self):
        self.calls = []

    def find(self, numbers):
        self.calls.append(sorted(numbers))
        return {number: number**2 for number in numbers if number >= 0}


@pytest.fixture
def squares():
    return Squares()


@pytest.mark.parametrize("context", [{}, SimpleNamespace()], ids=["websocket", "request"])
async def test_what_one_operation_loads_is_found_by_one_call(squares, context):
    info, find = SimpleNamespace(context=context), squares.find
    found = await asyncio.gather(load(info, find, 2), load(info, find, -1), load(info, find, 3))
    assert found == [4, None, 9]
    assert squares.calls == [[-1, 2, 3]]


async def test_a_connection_that_lives_long_never_gets_an_old_value(squares):
    info, find = SimpleNamespace(context={}), squares.find
    await load(info, find, 2)
    await load(info, find, 2)
    assert squares.calls == [[2], [2]]


async def test_whoever_leaves_a_connection_early_keeps_nobody_after_them_from_loading(squares):
    info, find = SimpleNamespace(context={}), squares.find
    leaving = asyncio.create_task(load(info, find, 2))
    await asyncio.sleep(0)  # it asks, and its batch has not started
    leaving.cancel()
    await asyncio.wait({leaving})
    assert leaving.cancelled()
    assert await asyncio.wait_for(load(info, find, 3), 5) == 9


async def test_loaders_are_not_shared_between_requests(squares):
    first, second = SimpleNamespace(context={}), SimpleNamespace(context={})
    await asyncio.gather(load(first, squares.find, 1), load(second, squares.find, 2))
    assert sorted(squares.calls) == [[1], [2]]


@pytest.fixture
def garden():
    return factories.timelapse()


@pytest.fixture
def gardener(member, user):
    user.user_permissions.add(Permission.objects.get(codename="delete_timelapse"))
    return member


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def plan(asker, row, to):
    return asker.ask(PLAN, id=gid(row), to=to)["data"]["node"]["plan"]


def rendered(timelapse):
    return Movie.objects.create(timelapse=timelapse, fps=30, width=64, height=48, state="rendering")


def test_each_step_says_what_can_be_done_with_which_object(gardener, garden):
    movie = rendered(garden)
    with held_elsewhere(garden, "render", str(movie)):
        first, last = plan(gardener, garden, "start_deleting")
        assert (first["label"], first["transition"], first["allowed"]) == ("Cancel", "cancel", True)
        assert first["object"]["displayName"] == f"Movie {movie.pk} of Garden"
        assert {"name": "cancel", "allowed": True} in first["object"]["availableTransitions"]
        assert (last["label"], last["allowed"], last["reasons"]) == ("Delete", False, [{"code": "held"}])
        assert last["object"]["id"] == gid(garden)
    (only,) = plan(gardener, garden, "start_deleting")
    assert (only["allowed"], only["reasons"]) == (True, [])


def test_what_the_viewer_may_not_do_is_no_step_that_can_be_pressed(member, user, garden):
    user.user_permissions.remove(Permission.objects.get(codename="change_movie"))
    movie = rendered(garden)
    with held_elsewhere(garden, "render", str(movie)):
        first, last = plan(member, garden, "start_deleting")
    assert (first["allowed"], first["reasons"]) == (False, [{"code": "permission"}])
    assert (last["allowed"], last["reasons"]) == (False, [{"code": "permission"}, {"code": "held"}])


def test_an_object_that_the_viewer_may_not_read_has_no_name(gardener, garden):
    run = Run.objects.create(iteration="shop.ImportCaptures", state="running")
    with held_elsewhere(garden.camera, "import", str(run)):
        first, _ = plan(gardener, garden, "start_deleting")
    assert (first["label"], first["object"], first["allowed"]) == ("Cancel", None, False)


def test_where_it_is_needs_no_step_and_where_nothing_leads_has_no_plan(gardener, garden):
    assert plan(gardener, garden, "ready") == []
    assert plan(gardener, garden, "initialising") is None


def test_an_unknown_name_gets_a_suggestion(gardener, garden):
    answer = gardener.ask(PLAN, id=gid(garden), to="start_deletin")
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "unknown_name"
    assert "Did you mean 'start_deleting'?" in error["message"]


def test_the_holds_on_an_object_and_its_parents_are_listed_with_what_to_do(gardener, garden):
    with held_elsewhere(garden.camera, "import", "ImportCaptures 5"):
        (hold,) = gardener.ask(LOCKS, id=gid(garden))["data"]["node"]["locks"]
    assert (hold["lock"], hold["why"], hold["cancelRequestedBy"]) == ("import", "ImportCaptures 5", None)
    assert hold["since"] < hold["expiresAt"]
    assert hold["remedy"].startswith("Wait until it is released")
    assert hold["subject"] == {"__typename": "Camera"}


def test_a_page_of_plans_and_holds_costs_the_same_queries_however_many(gardener, django_assert_num_queries):
    with ExitStack() as held:

        def hold_one(name):
            one = factories.timelapse(factories.camera(f"Camera of {name}"), name)
            held.enter_context(held_elsewhere(one, "render", str(rendered(one))))

        hold_one("Garden")
        gardener.ask(PAGE)
        with CaptureQueriesContext(connection) as of_one:
            gardener.ask(PAGE)
        for number in range(8):
            hold_one(f"Garden {number}")
        with django_assert_num_queries(len(of_one)):
            answer = gardener.ask(PAGE)
    nodes = [edge["node"] for edge in answer["data"]["timelapses"]["edges"]]
    assert [(len(node["plan"]), len(node["locks"])) for node in nodes] == [(2, 1)] * 9
