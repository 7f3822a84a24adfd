from __future__ import annotations

import strawberry

import fsmlock
from fsmlock.adapters.graphql import Hold, Reason, Run, Transition
from tests.shop.iterations import SendMails


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
