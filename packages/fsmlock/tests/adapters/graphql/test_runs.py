from __future__ import annotations

from types import SimpleNamespace

import pytest
import strawberry
from django.contrib.auth.models import AnonymousUser, Permission

from fsmlock.adapters.graphql import WithRunChanges, WithRuns
from fsmlock.models import Run
from tests.shop.iterations import SendMails

SCHEMA = strawberry.Schema(
    strawberry.type(type("Query", (WithRuns,), {})), strawberry.type(type("Mutation", (WithRunChanges,), {}))
)
RUNS = """{ runs { id iteration state done failed total unit by reason requestedBy startedAt endedAt
  availableTransitions { name label allowed } } }"""
CHANGE = """mutation Change($id: ID!, $transition: String!) { changeRun(id: $id, transition: $transition) {
  run { state requestedBy } reasons { code message params } } }"""


@pytest.fixture
def operator(django_user_model):
    user = django_user_model.objects.create_user("operator")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_run", "change_run"]))
    return user


def ask(user, query, **variables):
    context = SimpleNamespace(request=SimpleNamespace(user=user))
    return SCHEMA.execute_sync(query, variables, context_value=context)


def test_runs_are_listed_with_their_transitions(operator):
    SendMails.enqueue(count=3, by="editor")
    SendMails.enqueue(count=1).cancel()
    answer = ask(operator, RUNS)
    assert answer.errors is None
    [run] = answer.data["runs"]
    assert (run["iteration"], run["state"], run["by"]) == ("SendMails", "enqueued", "editor")
    assert [(one["label"], one["allowed"]) for one in run["availableTransitions"]] == [
        ("Pause", True),
        ("Cancel", True),
    ]
    assert len(ask(operator, "{ runs(ended: true) { id } }").data["runs"]) == 2
    assert ask(operator, "{ runs(first: -1) { id } }").data["runs"] == []


def test_a_list_of_runs_takes_the_same_queries_whatever_its_length(operator, django_assert_max_num_queries):
    for count in range(20):
        SendMails.enqueue(count=count)
    with django_assert_max_num_queries(5):  # three of them ask for permissions
        assert len(ask(operator, RUNS).data["runs"]) == 20


def test_a_run_is_paused_and_resumed_and_shows_who_requested_it(operator):
    run = SendMails.enqueue(count=3)
    changed = ask(operator, CHANGE, id=run.pk, transition="pause_at_once").data["changeRun"]
    assert changed == {"run": {"state": "paused", "requestedBy": "operator"}, "reasons": []}
    changed = ask(operator, CHANGE, id=run.pk, transition="resume").data["changeRun"]
    assert changed["run"]["state"] == "enqueued"


def test_a_change_that_is_refused_says_why_and_changes_nothing(operator):
    run = SendMails.enqueue(count=3)
    changed = ask(operator, CHANGE, id=run.pk, transition="resume").data["changeRun"]
    assert changed["run"]["state"] == "enqueued"
    [reason] = changed["reasons"]
    assert reason["code"] == "state"
    assert "enqueued" in reason["message"]


@pytest.mark.parametrize("name", ["succeed", "rezume"])
def test_what_users_may_not_apply_is_refused_with_a_suggestion(operator, name):
    run = SendMails.enqueue(count=3)
    [error] = ask(operator, CHANGE, id=run.pk, transition=name).errors
    assert f"{name!r} is not a transition of a run" in error.message
    assert Run.objects.get(pk=run.pk).state == "enqueued"


@pytest.mark.parametrize("pk", ["999999", "x"])
def test_a_run_that_does_not_exist_is_named(operator, pk):
    [error] = ask(operator, CHANGE, id=pk, transition="resume").errors
    assert error.message.startswith(f"There is no run {pk}.")


def test_users_without_permission_get_the_missing_permission(db, django_user_model):
    run = SendMails.enqueue(count=3)
    for user in (AnonymousUser(), django_user_model.objects.create_user("guest")):
        [error] = ask(user, RUNS).errors
        assert "fsmlock.view_run" in error.message
        [error] = ask(user, CHANGE, id=run.pk, transition="cancel_at_once").errors
        assert "fsmlock.change_run" in error.message
    assert Run.objects.get(pk=run.pk).state == "enqueued"
