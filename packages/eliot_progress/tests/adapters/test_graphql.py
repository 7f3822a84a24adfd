from __future__ import annotations

import strawberry

from eliot_progress.adapters.graphql import Liveness, Progress, from_state
from eliot_progress.state import state_of
from eliot_progress.testing.samples import report


@strawberry.type
class Query:
    @strawberry.field
    def running(self) -> Progress:
        return from_state(state_of(report(3, total=9, done=1.5, eta_s=(1.0, 2.0), rate=0.5)), 100.5)

    @strawberry.field
    def ended(self) -> Progress:
        return from_state(state_of(report(4, outcome="failed", reason="gone")), 1e9)


SCHEMA = strawberry.Schema(Query)


def test_the_type_is_the_one_that_the_ui_draws():
    text = SCHEMA.as_str()
    for line in (
        "causalId: String!",
        "done: Float!",
        "total: Float\n",
        "note: String\n",
        "etaLowSeconds: Float\n",
        "liveness: Liveness!",
        "startedAt: DateTime!",
        "nextBy: DateTime\n",
        "graceSeconds: Float!",
        "seq: Int!",
        "outcome: String\n",
        "by: String\n",
    ):
        assert line in text, line


def test_running_and_ended_work_are_told():
    fields = "{ id done total etaLowSeconds etaHighSeconds liveness nextBy outcome reason note by startedAt }"
    answer = SCHEMA.execute_sync(f"{{ running {fields} ended {fields} }}")
    assert answer.errors is None
    running, ended = answer.data["running"], answer.data["ended"]
    assert (running["done"], running["total"], running["etaHighSeconds"]) == (1.5, 9, 2)
    assert (running["liveness"], running["nextBy"]) == ("ALIVE", "1970-01-01T00:01:41+00:00")
    assert (running["note"], running["by"], running["outcome"]) == (None, None, None)
    assert (ended["liveness"], ended["nextBy"], ended["reason"]) == ("FINISHED", None, "gone")


def test_work_without_any_report_is_unknown():
    assert Liveness.UNKNOWN.value == "unknown"
