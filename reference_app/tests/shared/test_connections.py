from __future__ import annotations

import base64
import json

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories

from timelapse.timelapses.models import Timelapse

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  timelapses(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage } edges { node { name } } } }"""


@pytest.fixture
def viewer(user, member):
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_timelapse", "view_camera"]))
    return member


@pytest.fixture
def five():
    camera = factories.camera()
    return [factories.timelapse(camera, name) for name in "abcde"]


def page(viewer, **values):
    found = viewer.ask(PAGE, **values)["data"]["timelapses"]
    return "".join(edge["node"]["name"] for edge in found["edges"]), found["pageInfo"]


def test_pages_follow_one_another_in_both_directions(viewer, five):
    names, info = page(viewer, first=2)
    assert (names, info["hasNextPage"]) == ("ab", True)
    names, info = page(viewer, first=3, after=info["endCursor"])
    assert (names, info["hasNextPage"]) == ("cde", False)
    names, info = page(viewer, last=2, before=info["startCursor"])
    assert (names, info["hasPreviousPage"]) == ("ab", False)


def test_what_is_deleted_while_somebody_pages_hides_no_row_from_them(viewer, five):
    _, info = page(viewer, first=2)
    Timelapse.objects.filter(pk=five[0].pk).delete()
    assert page(viewer, first=2, after=info["endCursor"])[0] == "cd"


def test_a_page_far_down_costs_as_many_queries_as_the_first(viewer, five):
    def queries(**values):
        with CaptureQueriesContext(connection) as found:
            info = page(viewer, first=2, **values)[1]
        return len(found), info["endCursor"]

    first, cursor = queries()
    assert queries(after=cursor)[0] == first


@pytest.mark.parametrize("name", ["timelapses", "cameras"])
@pytest.mark.parametrize("cursor", ["", "x", "w7w=", "YXJyYXljb25uZWN0aW9uOjA=", ["2026-06-01T12:00Z", "1"]])
def test_a_cursor_that_the_server_did_not_give_out_is_refused(viewer, five, name, cursor):
    if isinstance(cursor, list):
        cursor = base64.b64encode(f"orderedcursor:{json.dumps(cursor)}".encode()).decode()
    (error,) = viewer.ask(
        f"query ($after: String) {{ {name}(after: $after) {{ edges {{ node {{ id }} }} }} }}", after=cursor
    )["errors"]
    assert error["extensions"]["code"] == "malformed_cursor"


def test_a_changed_cursor_is_refused(viewer, five):
    cursor = page(viewer, first=2)[1]["endCursor"]
    (error,) = viewer.ask(PAGE, first=2, after=f"A{cursor[1:]}")["errors"]
    assert error["message"] == "This is no cursor of this list. Take cursors from the server's answers."


def test_a_cursor_of_another_list_is_refused(viewer, user, five):
    user.user_permissions.add(Permission.objects.get(codename="manage_people"))
    cursor = page(viewer, first=2)[1]["endCursor"]
    people = "query ($after: String) { people(after: $after) { edges { node { id } } } }"
    (error,) = viewer.ask(people, after=cursor)["errors"]
    assert error["extensions"]["code"] == "malformed_cursor"
