from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
import strawberry
import strawberry_django
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

import fsmlock
from fsmlock.adapters.graphql import (
    DeclaredLock,
    Hold,
    Reason,
    Transition,
    WithLocks,
    WithTransitions,
    load_transitions,
)
from tests.shop import models


@strawberry_django.type(models.Film)
class FilmType(WithTransitions, WithLocks):
    name: strawberry.auto


@strawberry_django.type(models.Shelf)
class ShelfType(WithTransitions, WithLocks):
    full: strawberry.auto


@strawberry.type
class Films:
    @strawberry_django.field
    def shelves(self) -> list[ShelfType]:
        return models.Shelf.objects.all()

    @strawberry_django.field
    def films(self) -> list[FilmType]:
        return models.Film.objects.all()


def contexts():
    user = AnonymousUser()
    request = SimpleNamespace(user=user)
    return {
        "view": SimpleNamespace(request=request),
        "dict": {"request": request},
        "channels": {"request": SimpleNamespace(consumer=SimpleNamespace(scope={"user": user}))},
        "websocket": {"request": SimpleNamespace(scope={"user": user})},
    }


@pytest.mark.parametrize("context", ["view", "dict", "channels", "websocket"])
def test_mixins_add_transitions_reasons_and_locks_to_a_type(film, context):
    query = """{ films { name availableTransitions { name allowed reasons { code } }
      reasons(to: "publish") { code } locks { lock why }
      declaredLocks { name togetherWith inherited } } }"""
    with fsmlock.hold(film, "render", why="Movie 7"):
        answer = strawberry.Schema(Films).execute_sync(query, context_value=contexts()[context])
    assert answer.errors is None
    (found,) = answer.data["films"]
    assert found["availableTransitions"] == [
        {"name": "render", "allowed": False, "reasons": [{"code": "no_frames"}, {"code": "permission"}]},
        {"name": "publish", "allowed": True, "reasons": []},
    ]
    assert found["reasons"] == []
    assert found["locks"] == [{"lock": "render", "why": "Movie 7"}]
    assert {"name": "render", "togetherWith": [], "inherited": False} in found["declaredLocks"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("field", ["availableTransitions { name allowed }", "locks { lock why remedy }"])
@pytest.mark.parametrize("context", ["view", "dict"])
def test_an_asynchronous_schema_reads_the_holds_on_all_objects_with_one_query(film, context, field):
    def queries():
        with CaptureQueriesContext(connection) as found:
            answer = async_to_sync(strawberry.Schema(Films).execute)(
                f"{{ films {{ {field} }} }}", context_value=contexts()[context]
            )
        assert answer.errors is None
        of_holds = [query for query in found if "fsmlock_" in query["sql"]]  # conditions have their own
        return len(of_holds), answer.data["films"]

    few, (one,) = queries()
    models.Film.objects.bulk_create(models.Film(name=str(number)) for number in range(5))
    models.Film.objects.update(state=film.state)
    many, all_of_them = queries()
    assert many == few == 1
    assert all_of_them == [one] * 6


async def test_a_subscription_that_ends_early_keeps_no_other_of_its_connection_from_an_answer(async_film):
    info = SimpleNamespace(context=contexts()["websocket"])
    leaving = asyncio.create_task(load_transitions(info, async_film))
    await asyncio.sleep(0)  # it asks, and its batch has not started
    leaving.cancel()
    await asyncio.wait({leaving})
    assert leaving.cancelled()
    found = await asyncio.wait_for(load_transitions(info, async_film), 5)
    assert [one.name for one in found] == ["render", "publish"]


def test_the_reasons_for_an_unknown_name_are_an_error_with_a_code_and_a_guess(film):
    answer = strawberry.Schema(Films).execute_sync(
        '{ films { reasons(to: "publich") { code } } }', context_value={}
    )
    (error,) = answer.errors
    assert error.extensions == {"code": "unknown_name"}
    assert "Did you mean 'publish'?" in error.message


def test_actions_are_offered_like_transitions(film):
    models.Shelf.objects.create(full=True)
    query = """{ shelves { availableTransitions { kind name allowed } reasons(to: "put") { code } }
      films { availableTransitions { kind name } } }"""
    answer = strawberry.Schema(Films).execute_sync(query, context_value=contexts()["view"])
    assert answer.errors is None
    (shelf,) = answer.data["shelves"]
    assert shelf["availableTransitions"] == [
        {"kind": "NORMAL", "name": "put", "allowed": False},
        {"kind": "NORMAL", "name": "wipe_off", "allowed": True},
    ]
    assert shelf["reasons"] == [{"code": "has_room"}, {"code": "permission"}]
    (film_,) = answer.data["films"]
    assert {each["kind"] for each in film_["availableTransitions"]} == {"NORMAL"}


def test_a_child_s_declared_locks_include_those_that_it_inherits():
    declared = fsmlock.Locks(fsmlock.Lock("process"), inherit_from="film", inherits={"render"})
    found = {one.name: one.inherited for one in DeclaredLock.all_of(declared)}
    assert found == {"process": False, "render": True}


def test_all_fields_can_be_queried_at_once(film):
    @strawberry.type
    class Query:
        @strawberry.field
        def transitions(self) -> list[Transition]:
            return [Transition.from_value(one) for one in fsmlock.available(film)]

        @strawberry.field
        def reasons(self) -> list[Reason]:
            return [Reason.from_value(one) for one in fsmlock.explain(film, to="render")]

        @strawberry.field
        def holds(self) -> list[Hold]:
            return [Hold.from_value(one) for one in fsmlock.holds_on(film)]

    query = """{ transitions { name label allowed reasons { code } } reasons { code message remedy params }
      holds { lock holder since expiresAt why token cancelRequestedBy } }"""
    with fsmlock.hold(film, "render", why="Movie 7") as held:
        answer = strawberry.Schema(Query).execute_sync(query)
    assert answer.errors is None
    assert answer.data["transitions"][0] == {
        "name": "render",
        "label": "Render",
        "allowed": False,
        "reasons": [{"code": "no_frames"}],
    }
    assert answer.data["reasons"][0]["remedy"] == "Import some."
    assert answer.data["reasons"][0]["params"] == {}
    assert answer.data["holds"][0]["token"] == held.token


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("runs", [strawberry.Schema.execute_sync, async_to_sync(strawberry.Schema.execute)])
def test_one_transition_is_found_by_its_name_while_it_is_available(film, runs):
    query = """{ films { offered: availableTransition(name: "publish") { name allowed asks input { name } }
      unknown: availableTransition(name: "publich") { name } } }"""
    answer = runs(strawberry.Schema(Films), query, context_value=contexts()["view"])
    assert answer.errors is None
    assert answer.data["films"] == [
        {"offered": {"name": "publish", "allowed": True, "asks": False, "input": []}, "unknown": None}
    ]
