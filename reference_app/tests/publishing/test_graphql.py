from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from strawberry import relay
from tests.publishing.conftest import ready_movie

from timelapse.publishing.domain import MOST_LINKS
from timelapse.publishing.models import ShareLink

pytestmark = pytest.mark.django_db(transaction=True)

TRANSITION = """mutation ($input: TransitionInput!) { transition(input: $input) {
  object { __typename state ... on Movie { shareLinks { path } } }
  created { ... on ShareLink { id state path hasPassword hasExpired offersDownload createdBy expiresAt } }
  errors { field code message remedy } } }"""
LINKS = """query ($id: ID!) { node(id: $id) { ... on Timelapse { shareLinks { path }
  movies(first: 20) { edges { node { shareLinks { path availableTransitions { name } } } } } } } }"""


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def apply(asker, row, name, **values):
    answer = asker.ask(TRANSITION, input={"id": gid(row), "name": name, "input": values})
    return answer["data"]["transition"]


def test_a_link_is_made_shown_and_revoked(member, movie):
    made = apply(member, movie, "share", days=7, password="rosebud", download=False)
    assert made["errors"] == []
    link = ShareLink.objects.get()
    assert made["created"]["path"] == f"/share/{link.token}"
    assert made["object"]["shareLinks"] == [{"path": f"/share/{link.token}"}]
    facts = {
        key: made["created"][key] for key in ("hasPassword", "hasExpired", "offersDownload", "createdBy")
    }
    assert facts == {
        "hasPassword": True,
        "hasExpired": False,
        "offersDownload": False,
        "createdBy": "editor",
    }
    assert "rosebud" not in link.password
    revoked = apply(member, link, "revoke")
    assert (revoked["object"]["state"], revoked["errors"]) == ("revoked", [])
    shown = member.ask(LINKS, id=gid(movie.timelapse))["data"]["node"]["movies"]["edges"]
    assert shown == [{"node": {"shareLinks": []}}]


def test_a_link_lasts_for_a_month_unless_something_else_is_said(member, movie):
    assert apply(member, movie, "share")["created"]["expiresAt"] is not None
    assert apply(member, movie, "share", days=0)["created"]["expiresAt"] is None


@pytest.mark.parametrize(
    ("field", "value"), [("days", 8), ("days", True), ("password", "x" * 101), ("download", "yes")]
)
def test_a_value_that_was_not_offered_makes_no_link(member, movie, field, value):
    (error,) = apply(member, movie, "share", **{field: value})["errors"]
    assert (error["field"], error["code"]) == (field, "wrong_value")
    assert not ShareLink.objects.exists()


def test_who_may_not_share_makes_and_sees_no_link(member, user, movie):
    user.user_permissions.remove(Permission.objects.get(codename="share"))
    (error,) = apply(member, movie, "share")["errors"]
    assert error["code"] == "permission"
    ShareLink.objects.create(movie=movie)
    shown = member.ask(LINKS, id=gid(movie.timelapse))["data"]["node"]
    assert (shown["shareLinks"], shown["movies"]["edges"][0]["node"]["shareLinks"]) == ([], [])


def test_the_link_of_a_timelapse_is_its_own(member, movie):
    assert apply(member, movie.timelapse, "share")["errors"] == []
    node = member.ask(LINKS, id=gid(movie.timelapse))["data"]["node"]
    assert len(node["shareLinks"]) == 1
    assert node["movies"]["edges"][0]["node"]["shareLinks"] == []


def test_there_are_only_so_many_links_to_one_movie(member, movie):
    for _ in range(MOST_LINKS):
        ShareLink.objects.create(movie=movie)
    (error,) = apply(member, movie, "share")["errors"]
    assert error["code"] == "too_many_links"
    link = ShareLink.objects.first()
    apply(member, link, "revoke")
    assert apply(member, movie, "share")["errors"] == []


def test_the_links_of_many_movies_take_one_query(member, movie):
    def cost():
        with CaptureQueriesContext(connection) as seen:
            member.ask(LINKS, id=gid(movie.timelapse))
        return sum("publishing_sharelink" in each["sql"] for each in seen.captured_queries)

    ShareLink.objects.create(movie=movie)
    assert cost() == 2, "one for the timelapse's, one for those of its movies"
    for _ in range(5):
        ShareLink.objects.create(movie=ready_movie(movie.timelapse))
    assert cost() == 2
