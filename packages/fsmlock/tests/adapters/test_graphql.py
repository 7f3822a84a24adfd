from __future__ import annotations

from types import SimpleNamespace

import pytest
import strawberry
import strawberry_django
from django.contrib.auth.models import AnonymousUser

import fsmlock
from fsmlock.adapters.graphql import Hold, Reason, Run, Transition, WithLocks, WithTransitions
from tests.shop import models
from tests.shop.iterations import SendMails


@strawberry_django.type(models.Film)
class FilmType(WithTransitions, WithLocks):
    name: strawberry.auto


@strawberry.type
class Films:
    @strawberry_django.field
    def films(self) -> list[FilmType]:
        return models.Film.objects.all()


def contexts():
    user = AnonymousUser()
    request = SimpleNamespace(user=user)
    return {
        "view": SimpleNamespace(request=request),
        "dict": {"request": request},
        "websocket": {"request": SimpleNamespace(consumer=SimpleNamespace(scope={"user": user}))},
    }


@pytest.mark.parametrize("context", ["view", "dict", "websocket"])
def test_mixins_bring_transitions_reasons_and_locks_to_a_type(film, context):
    query = """{ films { name availableTransitions { name allowed reasons { code } }
      reasons(to: "publish") { code } locks { lock why } } }"""
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


def test_everything_can_be_asked_for_in_one_query(film):
    run = SendMails.enqueue(count=3, by="editor")

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

        @strawberry.field
        def run(self) -> Run:
            return Run.from_value(run)

    query = """{ transitions { name label allowed reasons { code } } reasons { code message remedy }
      holds { lock holder since expiresAt why token cancelRequestedBy }
      run { id state done failed total unit by reason availableTransitions { name label allowed } } }"""
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
    assert answer.data["holds"][0]["token"] == held.token
    assert answer.data["run"]["state"] == "enqueued"
    assert {t["label"] for t in answer.data["run"]["availableTransitions"]} == {"Pause", "Cancel"}
