from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from strawberry import relay
from tests import factories
from tests.held_locks import held_elsewhere

import queue_insight
from eliot_progress import install, progress
from fsmlock import hold
from queue_insight.signals import collector_saved
from timelapse.ingest.usb_import import ImportCaptures
from timelapse.operations import queries
from timelapse.project.schema import schema
from timelapse.shared.access import load_permissions
from timelapse.shared.progress import store

OPERATIONS = """{ operations {
  at more workers { name } queues { name depth } holds { lock why } tasks { id }
} }"""
IN_PROGRESS = "{ inProgress { tasks { description } more } }"

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_signed_in_user_sees_queues_and_holds(member):
    with hold(factories.timelapse(), "render", why="Movie 7"):
        data = member.ask(OPERATIONS)["data"]["operations"]
    assert data["holds"] == [{"lock": "render", "why": "Movie 7"}]
    assert isinstance(data["queues"], list)


@pytest.fixture
def reporting():
    installed = install(store=store())
    yield installed
    installed.remove()


def test_a_task_that_reports_progress_is_shown_until_it_finishes(member, reporting):
    with progress("render:movie", total=10, about="rendering.Movie:99") as work:
        work.advance(4)
        reporting.flush()
        during = member.ask(IN_PROGRESS)["data"]["inProgress"]
    reporting.flush()
    assert {"description": "render:movie"} in during["tasks"]
    assert during["more"] == 0
    after = member.ask(IN_PROGRESS)["data"]["inProgress"]
    assert "render:movie" not in [task["description"] for task in after["tasks"]]


@pytest.mark.parametrize("query", [OPERATIONS, IN_PROGRESS])
def test_an_anonymous_user_sees_nothing(anonymous, query):
    answer = anonymous.ask(query)
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "signed_out"


def test_only_users_with_permission_to_read_the_log_get_its_url(user, member, anonymous):
    assert anonymous.ask("{ logUrl }")["errors"][0]["extensions"]["code"] == "signed_out"
    assert member.ask("{ logUrl }")["data"] == {"logUrl": None}
    user.is_staff = user.is_superuser = True
    user.save()
    assert member.ask("{ logUrl }")["data"] == {"logUrl": "/admin/eliot_progress/logmessage/"}


PERIODIC = "{ operations { periodicTasks { entry label schedule state place why due } } }"


def test_periodic_tasks_are_named_in_words_and_without_a_collector_nothing_is_claimed(member, anonymous):
    assert anonymous.ask(PERIODIC)["errors"][0]["extensions"]["code"] == "signed_out"
    found = {each["entry"]: each for each in member.ask(PERIODIC)["data"]["operations"]["periodicTasks"]}
    assert found["recover-movies"]["label"] == "Look for interrupted movies"
    assert found["recover-movies"]["schedule"] == "every 5 s"
    assert {(each["state"], each["place"]) for each in found.values()} == {("UNKNOWN", 2)}
    assert found["sweep-files"]["due"] is None


RETENTION = "{ retention { keepAllDays keepEvery timelapses frames bytes } }"


def test_the_retention_is_shown_with_what_it_would_remove(member, anonymous, settings):
    assert anonymous.ask(RETENTION)["errors"][0]["extensions"]["code"] == "signed_out"
    assert member.ask(RETENTION)["data"] == {"retention": None}
    settings.TIMELAPSE = {"keep_all_days": 30, "keep_every": 5}
    expected = {"keepAllDays": 30, "keepEvery": 5, "timelapses": 0, "frames": 0, "bytes": 0}
    assert member.ask(RETENTION)["data"] == {"retention": expected}


def test_the_retention_of_a_timelapse_is_counted(member):
    garden = factories.timelapse()
    garden.keep_all_days, garden.keep_every = 90, 10
    garden.save()
    expected = {"keepAllDays": 0, "keepEvery": 10, "timelapses": 1, "frames": 0, "bytes": 0}
    assert member.ask(RETENTION)["data"] == {"retention": expected}


RUNS = """{ operations { runs {
  id displayName state total unit by availableTransitions { name allowed } } } }"""
CHANGE = """mutation ($id: ID!, $transition: String!) {
  transition(input: { id: $id, name: $transition }) {
    object { state ... on Run { requestedBy } } errors { code } } }"""


def change(asker, run, transition):
    return asker.ask(CHANGE, id=relay.to_base64("Run", run.pk), transition=transition)["data"]["transition"]


def test_runs_are_shown_and_changed_by_who_may(member, user, tmp_path):
    run = ImportCaptures.enqueue(folder=str(tmp_path), camera=str(uuid4()), by="editor")
    assert member.ask(RUNS)["data"]["operations"]["runs"] == []
    refused = change(member, run, "pause_at_once")
    assert (refused["object"], [error["code"] for error in refused["errors"]]) == (None, ["permission"])
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    (shown,) = member.ask(RUNS)["data"]["operations"]["runs"]
    assert (shown["displayName"], shown["state"], shown["by"]) == ("Import captures", "enqueued", "editor")
    offers = {each["name"]: each["allowed"] for each in shown["availableTransitions"]}
    assert offers == {"pause_at_once": False, "cancel_at_once": False}
    assert [error["code"] for error in change(member, run, "pause_at_once")["errors"]] == ["permission"]
    user.user_permissions.add(Permission.objects.get(codename="change_run"))
    changed = change(member, run, "pause_at_once")
    assert changed == {"object": {"state": "paused", "requestedBy": "editor"}, "errors": []}
    assert [error["code"] for error in change(member, run, "request_pause")["errors"]] == ["state"]


def test_a_transition_of_workers_is_none_for_people(member, user, tmp_path):
    run = ImportCaptures.enqueue(folder=str(tmp_path), camera=str(uuid4()))
    user.user_permissions.add(*Permission.objects.filter(codename__in=("view_run", "change_run")))
    assert [error["code"] for error in change(member, run, "start")["errors"]] == ["unknown_transition"]


UPDATES = """subscription { operationsUpdates { kind seq gone brokerFreshness { isCurrent words } changed {
  __typename ... on Hold { id why } ... on Queue { id } ... on Worker { id } ... on QueuedTask { id }
  ... on Run { id state } } } }"""


@asynccontextmanager
async def watching(user):
    """A subscription to all of it, as over a websocket, whose messages come one by one."""
    await sync_to_async(load_permissions)(user)
    stream = await schema.subscribe(UPDATES, context_value={"ws": SimpleNamespace(scope={"user": user})})

    async def following():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        return answer.data["operationsUpdates"]

    async with asyncio.timeout(60):
        yield following
    await stream.aclose()


def of_type(update, name):
    return [each for each in update["changed"] if each["__typename"] == name]


async def test_updates_name_what_is_new_or_changed_and_what_is_gone(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 1.0}
    garden = await sync_to_async(factories.timelapse)()
    async with watching(user) as following:
        first = await following()
        assert (first["kind"], first["seq"], of_type(first, "Hold")) == ("SNAPSHOT", 1, [])
        elsewhere = held_elsewhere(garden, "render", "Movie 7")
        await sync_to_async(elsewhere.__enter__)()
        try:
            while not (found := of_type(await following(), "Hold")):
                pass
            assert [each["why"] for each in found] == ["Movie 7"]
        finally:
            await sync_to_async(elsewhere.__exit__)(None, None, None)
        while not (update := await following())["gone"]:
            pass
        assert update["gone"] == [found[0]["id"]]


async def test_what_the_collector_has_seen_is_read_before_the_next_heartbeat(user, settings):
    settings.TIMELAPSE = {"heartbeat_seconds": 60.0}
    async with watching(user) as following:
        assert (await following())["kind"] == "SNAPSHOT"
        await sync_to_async(collector_saved.send)(sender=None, has_news=True)
        assert (await following())["kind"] == "DELTA"


async def test_queues_stay_with_their_age_while_the_broker_can_not_be_read(user, settings, monkeypatch):
    settings.TIMELAPSE = {"heartbeat_seconds": 1.0}
    read = queue_insight.snapshot
    async with watching(user) as following:
        first = await following()
        queues = of_type(first, "Queue")
        assert queues
        assert first["brokerFreshness"]["isCurrent"]

        def without_broker(**options):
            return replace(read(**options), broker_read=False, queues=(), queued=())

        monkeypatch.setattr(queue_insight, "snapshot", without_broker)
        while (update := await following())["brokerFreshness"]["isCurrent"]:
            pass
        assert update["gone"] == []
        assert update["brokerFreshness"]["words"].startswith("The broker could not be read since ")
        shown = await sync_to_async(queries.overview)()
        assert {f"Queue:{each.name}" for each in shown.snapshot.queues} == {each["id"] for each in queues}


async def test_a_run_is_new_on_the_pages_of_those_who_may_view_runs(user, settings, tmp_path):
    settings.TIMELAPSE = {"heartbeat_seconds": 1.0}
    await user.user_permissions.aadd(await Permission.objects.aget(codename="view_run"))
    async with watching(await type(user).objects.aget(pk=user.pk)) as following:
        assert of_type(await following(), "Run") == []
        run = await sync_to_async(ImportCaptures.enqueue)(folder=str(tmp_path), camera=str(uuid4()))
        while not (found := of_type(await following(), "Run")):
            pass
        assert [each["id"] for each in found] == [relay.to_base64("Run", run.pk)]
        assert of_type(await following(), "Run") == []
        await sync_to_async(run.pause)(by="editor")
        while not (found := of_type(await following(), "Run")):
            pass
        assert [each["state"] for each in found] == ["paused"]


LISTS = """{
  queues { totalCount isKnown freshness { isCurrent } edges { cursor node { name } } }
  waitingTasks(queue: "render") { isKnown }
  runningTasks { isKnown freshness { asOf } }
  workers { isKnown }
  taskFailures { isKnown }
}"""


def test_queues_tasks_workers_and_failures_are_listed_by_pages_with_their_age(member, anonymous):
    assert anonymous.ask(LISTS)["errors"][0]["extensions"]["code"] == "signed_out"
    data = member.ask(LISTS)["data"]
    assert set(data) == {"queues", "waitingTasks", "runningTasks", "workers", "taskFailures"}
    assert data["queues"]["totalCount"] == len(data["queues"]["edges"]) or not data["queues"]["isKnown"]
    assert data["runningTasks"] == {"isKnown": False, "freshness": {"asOf": None}}
