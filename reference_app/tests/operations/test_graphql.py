from __future__ import annotations

import pytest
from tests import filming

from fsmlock import hold

OPERATIONS = (
    "{ operations { at workers queues { name depth } holds { lock why } progresses { id } tasks { id } } }"
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_signed_in_sees_queues_and_holds(member):
    with hold(filming.timelapse(), "render", why="Movie 7"):
        seen = member.ask(OPERATIONS)["data"]["operations"]
    assert seen["holds"] == [{"lock": "render", "why": "Movie 7"}]
    assert isinstance(seen["queues"], list)


def test_a_stranger_sees_nothing(stranger):
    answer = stranger.ask(OPERATIONS)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "signed_out"}


def test_only_who_may_read_the_log_in_the_admin_learns_where_it_is(user, member, stranger):
    assert stranger.ask("{ logAddress }")["errors"][0]["extensions"] == {"code": "signed_out"}
    assert member.ask("{ logAddress }")["data"] == {"logAddress": None}
    user.is_staff = user.is_superuser = True
    user.save()
    assert member.ask("{ logAddress }")["data"] == {"logAddress": "/admin/eliot_progress/logmessage/"}
