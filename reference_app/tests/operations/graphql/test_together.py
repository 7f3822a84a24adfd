from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from eliot.testing import MemoryLogger, swap_logger
from strawberry import relay
from tests import factories
from tests.ended_work import movie, run

pytestmark = pytest.mark.django_db(transaction=True)

OUTCOMES = "outcomes { object { displayName state } reasons { code } }"
COUNT = f"""query ($filter: WorkFilter!, $doing: WorkAction!) {{
  workProspects(filter: $filter, doing: $doing) {{ hasMore {OUTCOMES} }} }}"""
DO = f"""mutation ($doing: WorkAction!, $ids: [ID!]!) {{
  doWithWork(input: {{ doing: $doing, ids: $ids }}) {{ missing errors {{ code }} {OUTCOMES} }} }}"""
UNDER_WAY, ENDED = {"ended": False}, {"ended": True}


def ids(*work):
    return [relay.to_base64(type(each).__name__, each.pk) for each in work]


def count(asker, doing="CANCEL", **wanted):
    answer = asker.ask(COUNT, filter=UNDER_WAY | wanted, doing=doing)
    assert "errors" not in answer, answer
    return answer["data"]["workProspects"]


def do(asker, *work, doing="CANCEL"):
    answer = asker.ask(DO, doing=doing, ids=ids(*work))
    assert "errors" not in answer, answer
    return answer["data"]["doWithWork"]


def states(found):
    return [(each["object"]["state"], [reason["code"] for reason in each["reasons"]]) for each in found]


@pytest.fixture
def logged():
    logger = MemoryLogger()
    before = swap_logger(logger)
    yield logger.messages
    swap_logger(before)


def test_all_that_matches_is_counted_before_anything_is_done(member, viewer):
    garden = factories.timelapse()
    movie(garden, "queued")
    movie(garden, "paused")
    run("enqueued")
    counted = count(member)
    assert sorted(states(counted["outcomes"])) == [
        ("enqueued", ["permission"]),
        ("paused", []),
        ("queued", []),
    ]
    assert counted["hasMore"] is False
    assert {each["object"]["state"] for each in count(member)["outcomes"]} == {"queued", "paused", "enqueued"}
    assert len(count(member, kinds=["MOVIE"])["outcomes"]) == 2


def test_each_is_cancelled_whom_the_viewer_may_cancel(member, viewer):
    queued, import_ = movie(factories.timelapse(), "queued"), run("enqueued")
    done = do(member, queued, import_)
    assert states(done["outcomes"]) == [("cancelled", []), ("enqueued", ["permission"])]
    viewer.user_permissions.add(Permission.objects.get(codename="change_run"))
    assert states(do(member, import_)["outcomes"]) == [("cancelled", [])]


def test_what_failed_is_retried(member, viewer):
    viewer.user_permissions.add(Permission.objects.get(codename="change_run"))
    failed, import_, cancelled = movie(factories.timelapse(), "failed"), run("failed"), run("cancelled")
    done = do(member, failed, import_, cancelled, doing="RETRY")
    assert states(done["outcomes"]) == [("queued", []), ("enqueued", []), ("cancelled", ["state"])]


def test_what_ended_meanwhile_is_left_as_it_is(member, viewer):
    ready = movie(factories.timelapse(), "ready")
    assert states(do(member, ready)["outcomes"]) == [("ready", ["state"])]


def test_what_the_viewer_may_not_view_or_is_gone_is_only_counted(member, user):
    gone = movie(factories.timelapse(), "deleted")
    import_ = run("enqueued")
    camera = factories.camera("Yard")
    done = do(member, gone, import_, camera)
    assert (done["outcomes"], done["missing"]) == ([], 3)
    import_.refresh_from_db()
    assert import_.state == "enqueued"


def test_the_log_and_the_history_say_what_was_done_to_each_and_by_whom(member, viewer, logged):
    garden = factories.timelapse()
    queued, ready = movie(garden, "queued"), movie(garden, "ready")
    do(member, queued, ready)
    (entry,) = LogEntry.objects.all()
    assert (entry.object_id, entry.user, entry.change_message) == (
        str(queued.pk),
        viewer,
        "Cancel, one of 1 at once.",
    )
    about = {
        each["about"]: each["refused"] for each in logged if each.get("message_type") == "work:one_of_many"
    }
    assert about == {f"rendering.Movie:{queued.pk}": [], f"rendering.Movie:{ready.pk}": ["state"]}
    (action,) = [each for each in logged if each.get("action_type") == "work:together" and "by" in each]
    assert (action["by"], action["doing"], action["many"]) == (viewer.pk, "cancel", 2)


def test_too_many_at_once_are_refused_before_anything_is_read(member, viewer):
    answer = member.ask(DO, doing="CANCEL", ids=[relay.to_base64("Movie", number) for number in range(101)])
    assert [error["code"] for error in answer["data"]["doWithWork"]["errors"]] == ["too_many"]


def test_counting_costs_the_same_queries_however_many_match(member, viewer, django_assert_num_queries):
    movie(factories.timelapse(), "failed")
    run("failed")
    count(member, "RETRY", **ENDED)
    with CaptureQueriesContext(connection) as of_few:
        count(member, "RETRY", **ENDED)
    for _ in range(6):
        movie(factories.timelapse(), "failed")
        run("failed")
    with django_assert_num_queries(len(of_few)):
        assert len(count(member, "RETRY", **ENDED)["outcomes"]) == 14
