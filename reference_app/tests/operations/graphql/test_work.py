from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.ended_work import movie, run

pytestmark = pytest.mark.django_db(transaction=True)

WORK = """query ($filter: WorkFilter!, $first: Int, $after: String) {
  work(filter: $filter, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { stage endedAt node { displayName state availableTransitions { name }
      ... on Movie { requestedBy renderSeconds timelapse { name } } ... on Run { by activeSeconds } } } } }"""


def ask(asker, **variables):
    answer = asker.ask(WORK, **{"filter": {"ended": True}, "first": 20} | variables)
    assert "errors" not in answer, answer
    return answer["data"]["work"]


def names(found):
    return [edge["node"]["displayName"] for edge in found["edges"]]


def test_what_ended_says_what_it_was_and_how_it_ended(member, viewer):
    made = movie(factories.timelapse(), title="Roses", by=viewer, minutes_ago=5)
    run("failed", by="ann")
    failed, ready = ask(member)["edges"]
    assert (failed["stage"], failed["node"]["displayName"], failed["node"]["by"]) == (
        "FAILED",
        "Import captures",
        "ann",
    )
    assert (ready["stage"], ready["node"]["displayName"]) == ("SUCCEEDED", "Roses of Garden")
    assert ready["node"]["requestedBy"] == "editor"
    assert ready["endedAt"] == made.finished_at.isoformat()


def test_the_next_page_begins_behind_the_cursor(member, viewer):
    for number in range(3):
        movie(factories.timelapse(), title=str(number), minutes_ago=number)
    first = ask(member, first=2)
    assert first["pageInfo"]["hasNextPage"] is True
    rest = ask(member, after=first["pageInfo"]["endCursor"])
    assert names(first) + names(rest) == [f"{number} of Garden" for number in range(3)]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_stages_of_the_other_list_find_nothing(member, viewer):
    movie(factories.timelapse(), "queued")
    movie(factories.timelapse(), "failed")
    assert names(ask(member, filter={"ended": True, "stages": ["WAITING"]})) == []
    assert len(names(ask(member, filter={"ended": False, "stages": ["WAITING"]}))) == 1


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"after": "made up"}, "malformed_cursor"),
        ({"filter": {"ended": True, "words": "a" * 101}}, "search_too_long"),
        ({"filter": {"ended": True, "words": "a " * 9}}, "search_too_long"),
        ({"first": 101}, "bad_page_size"),
    ],
)
def test_what_the_list_cannot_answer_is_refused(member, variables, code):
    answer = member.ask(WORK, **{"filter": {"ended": True}, "first": 20} | variables)
    assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_who_may_not_view_operations_is_refused(member, user, anonymous):
    user.user_permissions.clear()
    for asker, code in ((member, "forbidden"), (anonymous, "signed_out")):
        answer = asker.ask(WORK, filter={"ended": True})
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]


def test_a_page_costs_the_same_queries_however_many_entries_it_has(member, viewer, django_assert_num_queries):
    for _ in range(2):
        movie(factories.timelapse(), by=viewer)
        run()
    ask(member)
    with CaptureQueriesContext(connection) as of_few:
        ask(member)
    for _ in range(6):
        movie(factories.timelapse(), "failed", by=viewer)
        run("failed")
    movie(factories.timelapse(), "cancelled")
    run("cancelled")
    with django_assert_num_queries(len(of_few)):
        assert len(names(ask(member))) == 18
