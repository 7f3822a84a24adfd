from __future__ import annotations

import pytest
from graphql import get_named_type

from timelapse.project.access import graphql_schema
from timelapse.project.schema import schema
from timelapse.timelapses import queries

pytestmark = pytest.mark.django_db(transaction=True)

TIMELAPSES = "{ timelapses { edges { node { id } } } }"
NODE = 'query { node(id: "%s") { id } }'


@pytest.fixture
def tracebacks(caplog):
    return lambda: [record.name for record in caplog.records if record.exc_info]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (TIMELAPSES, "signed_out"),
        (NODE % "x", "signed_out"),
        ("{ nope }", "bad_document"),
        ("{", "bad_document"),
    ],
)
def test_a_planned_error_is_logged_without_a_traceback(anonymous, tracebacks, document, code):
    assert anonymous.ask(document)["errors"][0]["extensions"]["code"] == code
    assert tracebacks() == []


def test_a_malformed_id_is_a_planned_error(member, tracebacks):
    assert member.ask(NODE % "x")["errors"][0]["extensions"]["code"] == "malformed_id"
    assert tracebacks() == []


def test_an_unplanned_error_is_logged_once_with_its_traceback(member, monkeypatch, tracebacks):
    def fail():
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(queries, "timelapses", fail)
    assert member.ask(TIMELAPSES)["errors"][0]["extensions"]["code"] == "internal_error"
    assert tracebacks() == ["timelapse.project.errors"]


@pytest.mark.parametrize("name", graphql_schema(schema).subscription_type.fields)
def test_all_subscriptions_send_the_same_envelope(name):
    message = get_named_type(graphql_schema(schema).subscription_type.fields[name].type)
    assert [interface.name for interface in message.interfaces] == ["LiveUpdate"]
    ages = {"brokerFreshness", "workersFreshness"} if name == "operationsUpdates" else set()
    assert set(message.fields) == {*message.interfaces[0].fields, "changed", *ages}


@pytest.mark.parametrize(
    "node",
    graphql_schema(schema).get_implementations(graphql_schema(schema).type_map["Node"]).objects,
    ids=str,
)
def test_a_node_declares_its_id_as_strawberry_looks_through_all_its_annotations_each_time_otherwise(node):
    # Raises NodeIDAnnotationError for one that doesn't.
    assert node.extensions["strawberry-definition"].origin.resolve_id_attr() == "pk"
