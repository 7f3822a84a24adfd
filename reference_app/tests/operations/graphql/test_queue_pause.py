from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from strawberry import relay
from tests import factories

from queue_insight.models import ActionRecord
from queue_insight.names import key
from timelapse.operations.models import QueuePause
from timelapse.rendering.models import Movie

pytestmark = pytest.mark.django_db(transaction=True)
WHY = """query ($id: ID!) { why(id: $id) { links { code message remedy action { label transition
  object { id displayName ... on QueuePause { name by } availableTransitions { name allowed
    confirm { title } reasons { code } } } } } } }"""
APPLY = """mutation ($input: TransitionInput!) { transition(input: $input) {
  errors { code message } } }"""


@pytest.fixture
def pause(db):
    return QueuePause.objects.create(key=key("render"), name="render", by="operator", workers=["gone@pi"])


def paused_link(member):
    movie = Movie.objects.create(timelapse=factories.timelapse(), fps=30, width=64, height=48)
    links = member.ask(WHY, id=relay.to_base64("Movie", movie.pk))["data"]["why"]["links"]
    return next(each for each in links if each["code"] == "queue_paused")


def resume(member, pause):
    answer = member.ask(APPLY, input={"id": relay.to_base64("QueuePause", pause.pk), "name": "resume"})
    return answer["data"]["transition"]["errors"]


def may_resume(user):
    user.user_permissions.add(Permission.objects.get(codename="pause_queue"))


def test_who_may_resume_a_queue_is_offered_it_with_a_question_where_it_stands_in_the_way(member, user, pause):
    may_resume(user)
    link = paused_link(member)
    assert link["message"] == "operator paused the queue “render”."
    assert (link["action"]["label"], link["action"]["transition"]) == ("Resume the queue", "resume")
    offered = link["action"]["object"]
    assert (offered["displayName"], offered["name"], offered["by"]) == (
        "Queue “render”",
        "render",
        "operator",
    )
    (transition,) = offered["availableTransitions"]
    assert (transition["allowed"], transition["confirm"]["title"]) == (True, "Resume this queue?")


def test_who_may_not_resume_it_reads_whom_to_ask_and_can_not(member, pause):
    link = paused_link(member)
    assert link["remedy"] == "Resume it, or ask an operator to."
    (transition,) = link["action"]["object"]["availableTransitions"]
    assert (transition["allowed"], [each["code"] for each in transition["reasons"]]) == (
        False,
        ["permission"],
    )
    assert [error["code"] for error in resume(member, pause)] == ["permission"]
    assert QueuePause.objects.exists()
    assert not ActionRecord.objects.exists()


def test_who_may_not_view_operations_is_offered_nothing(member, user, pause):
    user.user_permissions.remove(Permission.objects.get(codename="view_operations"))
    assert paused_link(member)["action"]["object"] is None


def test_a_queue_that_no_worker_confirms_stays_paused_and_the_attempt_is_recorded(member, user, pause):
    may_resume(user)
    (error,) = resume(member, pause)
    assert error["code"] == "not_resumed"
    assert "No worker answered" in error["message"]
    assert QueuePause.objects.exists()
    record = ActionRecord.objects.get()
    assert (record.by, record.action, record.target) == ("editor", "resume", "render")
    assert "No worker answered" in record.result
