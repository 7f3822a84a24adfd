from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from graphql import OperationDefinitionNode, parse

from timelapse.project.document_limits import LIMIT, _Cost
from timelapse.project.schema import schema

UI = settings.UI_DIST.parent
SIGN_IN = 'signIn(input: {username: "editor", password: "wrong"}) { errors { code } }'


def refused(document, **variables):
    result = schema.execute_sync(document, variable_values=variables)
    return [error.extensions.get("code") for error in result.errors or [] if error.extensions]


def cost(document, **variables):
    parsed = parse(document)
    (operation,) = [node for node in parsed.definitions if isinstance(node, OperationDefinitionNode)]
    return _Cost(parsed, variables).of(operation.selection_set)


def test_fifty_aliased_sign_ins_are_refused_before_any_is_tried():
    document = "mutation {" + " ".join(f"a{number}: {SIGN_IN}" for number in range(50)) + "}"
    assert refused(document) == ["too_costly"]


def test_sign_ins_hidden_in_fragments_count_too():
    document = (
        f"mutation {{ ...one ...on Mutation {{ b: {SIGN_IN} }} }} fragment one on Mutation {{ a: {SIGN_IN} }}"
    )
    assert refused(document) == ["too_costly"]


def test_a_list_in_a_list_costs_the_product_of_their_lengths():
    assert cost("{ a(first: 10) { edges { node { b(first: 20) { edges { node { c } } } } } } }") == 1 + 10 * (
        2 + 1 + 20 * 3
    )


def test_a_length_in_a_variable_counts():
    document = "query ($n: Int) { a(first: $n) { edges { node { id } } } }"
    assert cost(document, n=7) == 1 + 7 * 3


def test_a_list_without_a_length_counts_as_a_full_page():
    assert cost("{ a { edges { node { id } } } }") == 1 + 100 * 3


@pytest.mark.parametrize("length", ["99999999999999999999", "1000000"])
def test_an_endless_list_is_refused(length):
    codes = refused(f"{{ timelapses(first: {length}) {{ edges {{ node {{ id }} }} }} }}")
    assert codes == ["too_costly", "bad_page_size"]


def test_fragments_that_double_each_other_are_added_up_at_once():
    fragments = " ".join(
        f"fragment f{number} on Query {{ ...f{number + 1} x{number}: __typename ...f{number + 1} }}"
        for number in range(60)
    )
    assert refused(f"{{ ...f0 }} {fragments} fragment f60 on Query {{ __typename }}") == ["too_costly"]


def test_a_fragment_inside_itself_is_refused_and_ends():
    result = schema.execute_sync("{ ...a } fragment a on Query { ...a }")
    assert "itself" in result.errors[0].message


@pytest.mark.parametrize("length", [-1, 101, -(2**70), 2**70])
def test_a_page_of_a_list_has_a_hundred_entries_at_most(length):
    query = "query ($n: Int) { cameras(first: $n) { edges { node { id } } } }"
    assert "bad_page_size" in refused(query, n=length)


def test_a_default_of_a_variable_counts_as_if_it_was_given():
    query = "query Q($n: Int = {}) {{ cameras(first: $n) {{ edges {{ node {{ id }} }} }} }}"
    assert cost(query.format(3)) == cost(query.format(50), n=3) < cost(query.format(50))
    assert "bad_page_size" in refused(query.format(101))
    assert "bad_page_size" not in refused(query.format(101), n=3)


def test_of_several_operations_the_largest_default_counts():
    others = [f"query {name}($n: Int = {n}) {{ __typename }}" for name, n in (("A", 3), ("B", 101), ("C", 5))]
    query = "query Q($n: Int = 4) { cameras(first: $n) { edges { node { id } } } }"
    parsed = schema.execute_sync(" ".join([*others, query]), operation_name="Q")
    assert "bad_page_size" in [error.extensions.get("code") for error in parsed.errors]


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_a_text_that_no_database_takes_is_refused(text):
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert refused(query, id=text) == ["bad_text"]


def documents():
    """The page's documents, as its build writes them."""
    for path in sorted((UI / "src").rglob("*.graphql.ts")):
        found = re.search(r'"text": ("(?:[^"\\]|\\.)*")', path.read_text())
        if found and "Test" not in path.name:
            yield path.name, json.loads(found[1])


def test_every_document_of_the_page_costs_a_third_of_the_limit_at_most():
    costs = {name: cost(document) for name, document in documents()}
    assert len(costs) > 20
    assert {name: each for name, each in costs.items() if each * 3 > LIMIT} == {}
