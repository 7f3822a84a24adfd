from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.utils import timezone
from strawberry import relay
from tests import factories

from eliot_progress.django.models import LogAction, LogMessage
from fsmlock.models import Run
from timelapse.rendering.models import Movie
from timelapse.why import caused, log

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "log"])
CAUSE = "c" * 32
CAUSED = """query ($id: ID!) { why(id: $id) { links { code } caused {
  note logUrl steps { message outcome isCause failure depth } } } }"""


@pytest.fixture
def failed(db):
    return Movie.objects.create(
        timelapse=factories.timelapse(),
        fps=30,
        width=64,
        height=48,
        state="failed",
        causal_id=CAUSE,
        failure_code="internal",
        failure_message="Something unexpected went wrong.",
    )


def logged(path, kind, status="succeeded", **fields):
    parent = path.rpartition("/")[0] if path else None
    known = {"started_at": 5.0, "last_message_at": 6.0, **fields}
    return LogAction.objects.create(
        causal_id=CAUSE, path=path, parent=parent, action_type=kind, status=status, **known
    )


def asked(member, row):
    answer = member.ask(CAUSED, id=relay.to_base64(type(row).__name__, row.pk))
    assert "errors" not in answer, answer
    return answer["data"]["why"]["caused"]


def test_a_failed_movie_shows_its_own_sentence_to_its_people_and_the_log_to_who_may_read_it(
    member, user, failed
):
    logged("", "http:request")
    logged("a2", "movie:request")
    logged("a2/o1", "render:movie", "failed", reason="KeyError: /srv/secret")
    shown = asked(member, failed)
    assert [(step["message"], step["outcome"]) for step in shown["steps"]] == [
        ("A click reached the server.", "done"),
        ("The movie was requested.", "done"),
        ("Rendering.", "failed"),
    ]
    assert (shown["steps"][2]["isCause"], shown["steps"][2]["failure"]) == (True, failed.failure_message)
    assert (shown["note"], shown["logUrl"]) == ("", None)

    user.is_staff = True
    user.save()
    user.user_permissions.add(Permission.objects.get(codename="view_logmessage"))
    shown = asked(member, failed)
    assert shown["steps"][2]["failure"] == "KeyError: /srv/secret"
    assert shown["logUrl"].endswith(f"/{CAUSE}/")


def test_a_log_without_it_says_so_and_a_log_that_cannot_be_read_too(member, failed, monkeypatch):
    Movie.objects.filter(pk=failed.pk).update(created_at=timezone.now() - timedelta(hours=1))
    assert "another machine" in asked(member, failed)["note"]

    def broken(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(LogAction.objects, "filter", broken)
    shown = asked(member, failed)
    assert (shown["steps"], shown["note"]) == ([], caused.UNREADABLE)


def test_the_log_is_asked_once_however_much_it_has(failed, user, django_assert_num_queries):
    user.get_all_permissions()
    for number in range(200):
        logged(f"a{number:04}", "movie:send")
    with django_assert_num_queries(1, using="log"):
        found = log.caused_by(failed, user)
    assert len(found.steps) == caused.MAX_STEPS
    assert found.note == f"Only {caused.MAX_STEPS} lines of it are shown."


def test_a_run_is_found_by_what_the_log_says_of_its_sending(user):
    run = Run.objects.create(iteration="x.ImportCaptures", by="editor")
    at = run.created_at.timestamp()
    for about in (f"fsmlock.Run:{run.pk}0", f"fsmlock.Run:{run.pk}"):
        cause = CAUSE if about.endswith(f":{run.pk}") else "d" * 32
        LogMessage.objects.create(
            causal_id=cause, path="a1", kind="run:send", at=at, body=f'{{"about":"{about}"}}'
        )
    logged("", "run:send")
    assert [step.message for step in log.caused_by(run, user).steps] == ["Its task was sent."]


def test_a_timelapse_is_requested_by_nobody(user):
    assert log.caused_by(factories.timelapse(), user) is None
