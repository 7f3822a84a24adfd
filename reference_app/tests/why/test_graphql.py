from __future__ import annotations

import asyncio
from types import SimpleNamespace
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from strawberry import relay
from tests import factories
from tests.held_locks import held_elsewhere, rendering

from timelapse.ingest.usb_import import ImportCaptures
from timelapse.project.schema import schema
from timelapse.rendering.actions import cancel_movie
from timelapse.rendering.models import Movie
from timelapse.shared.access import load_permissions

CHAIN = """summary links { code message remedy subject { ... on Stateful { displayName } }
  action { label transition object { id availableTransitions { name allowed } } } }"""
WHY = f"query ($id: ID!) {{ why(id: $id) {{ {CHAIN} }} }}"
UPDATES = f"subscription ($id: ID!) {{ whyUpdates(id: $id) {{ seq gone changed {{ {CHAIN} }} }} }}"

pytestmark = pytest.mark.django_db(transaction=True)


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def chain(asker, row):
    answer = asker.ask(WHY, id=gid(row))
    assert "errors" not in answer, answer
    return answer["data"]["why"]


def link(why, code):
    return next(each for each in why["links"] if each["code"] == code)


@pytest.fixture
def garden():
    return factories.timelapse()


def movie_of(timelapse, **values):
    return Movie.objects.create(timelapse=timelapse, fps=30, width=64, height=48, **values)


def test_a_ready_movie_says_in_three_words_that_nothing_waits(member, garden):
    assert chain(member, movie_of(garden, state="ready")) == {"summary": "Nothing is waiting.", "links": []}


def test_a_movie_behind_another_names_it_and_offers_to_ask_it_to_stop(member, garden, user):
    first, second = movie_of(garden, requested_by=user), movie_of(garden)
    with rendering(first):
        held = link(chain(member, second), "held")
        assert held["subject"] == {"displayName": f"Movie {first.pk} of Garden"}
        assert held["message"].startswith(f"Movie {first.pk} of Garden is made first (started by editor")
        assert (held["action"]["label"], held["action"]["object"]["id"]) == ("Ask it to stop", gid(first))
        offers = held["action"]["object"]["availableTransitions"]
        assert {"name": "cancel", "allowed": True} in offers
        stopped = member.ask(
            "mutation ($input: TransitionInput!) { transition(input: $input) { errors { code } } }",
            input={"id": gid(first), "name": held["action"]["transition"]},
        )
        assert stopped["data"]["transition"]["errors"] == []
    assert "held" not in [each["code"] for each in chain(member, second)["links"]]


def test_a_movie_behind_an_import_names_the_run(member, garden, user, tmp_path):
    run = ImportCaptures.enqueue(folder=str(tmp_path), camera=str(garden.camera_id), by="admin")
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    with held_elsewhere(garden.camera, "import", str(run)):
        held = link(chain(member, movie_of(garden)), "held")
    assert held["message"].startswith("“Import captures” ends first (started by admin")
    assert held["subject"] == {"displayName": "Import captures"}


def test_a_failed_movie_says_why_and_offers_to_try_again(member, garden):
    failed = movie_of(
        garden, state="failed", failure_code="disk_full", failure_message="Full.", failure_remedy="Make room."
    )
    (only,) = chain(member, failed)["links"]
    assert (only["code"], only["message"], only["remedy"]) == ("disk_full", "Full.", "Make room.")
    assert (only["action"]["label"], only["action"]["transition"]) == ("", "retry")


def test_a_silent_camera_is_the_cause_of_its_timelapse_too(member, garden):
    camera = garden.camera
    camera.heartbeat_at = camera.next_by = timezone.now() - timezone.timedelta(hours=1)
    camera.save()
    for row in (camera, garden):
        offline = link(chain(member, row), "offline")
        assert offline["message"] == "Roof is offline."


def test_what_a_link_is_about_is_null_for_who_may_not_read_it(member, garden, user):
    first, second = movie_of(garden), movie_of(garden)
    user.user_permissions.remove(Permission.objects.get(codename="view_movie"))
    assert member.ask(WHY, id=gid(second))["errors"][0]["extensions"]["code"] == "forbidden"
    with rendering(first):
        held = link(chain(member, garden), "held")
        assert (held["subject"], held["action"]["object"]) == (None, None)
        first.timelapse.refresh_from_db()
        first.refresh_from_db()
        user.user_permissions.add(Permission.objects.get(codename="view_movie"))
        assert link(chain(member, garden), "held")["subject"] is not None
        member.ask(
            "mutation ($input: TransitionInput!) { transition(input: $input) { errors { code } } }",
            input={"id": gid(first), "name": "cancel"},
        )


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (relay.to_base64("Movie", "4711"), "not_found"),
        (relay.to_base64("Movie", "x"), "not_found"),
        (relay.to_base64("Frame", "1"), "not_found"),
        (relay.to_base64("Query", "1"), "not_found"),
    ],
)
def test_an_id_of_nothing_is_absent(member, asked, code):
    assert member.ask(WHY, id=asked)["errors"][0]["extensions"]["code"] == code


def test_a_task_is_shown_to_who_may_view_operations(member, user, anonymous):
    task = str(uuid4())
    assert anonymous.ask(WHY, id=task)["errors"][0]["extensions"]["code"] == "signed_out"
    assert len(member.ask(WHY, id=task)["data"]["why"]["links"]) >= 1
    user.user_permissions.remove(Permission.objects.get(codename="view_operations"))
    assert member.ask(WHY, id=task)["errors"][0]["extensions"]["code"] == "forbidden"


def test_the_number_of_queries_does_not_grow_with_what_comes_first(member, garden, django_assert_num_queries):
    movie_of(garden)
    second = movie_of(garden)
    chain(member, second)
    with CaptureQueriesContext(connection) as with_one:
        chain(member, second)
    for _ in range(5):
        movie_of(garden)
    last = movie_of(garden)
    with django_assert_num_queries(len(with_one)):
        assert link(chain(member, last), "behind")


def test_a_link_keeps_its_id_while_others_come_and_go_before_it(member, garden, user):
    query = "query ($id: ID!) { why(id: $id) { links { id code } } }"

    def ids(movie):
        found = member.ask(query, id=gid(movie))["data"]["why"]["links"]
        assert len({each["id"] for each in found}) == len(found)
        return {each["code"]: each["id"] for each in found}

    first, second = movie_of(garden), movie_of(garden)
    alone = ids(second)
    with rendering(first):
        held = ids(second)
        cancel_movie(first.pk, user)
    assert "held" in held.keys() - alone.keys()
    assert alone["worker_unknown"] == held["worker_unknown"]


async def test_a_chain_is_shown_anew_when_what_it_depends_on_changes_and_ends_with_its_object(
    user, garden, settings
):
    settings.TIMELAPSE = {"heartbeat_seconds": 0.2}
    await sync_to_async(load_permissions)(user)
    movie = await sync_to_async(movie_of)(garden)
    stream = await schema.subscribe(
        UPDATES,
        variable_values={"id": gid(movie)},
        context_value={"ws": SimpleNamespace(scope={"user": user})},
    )

    async def update():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        return answer.data["whyUpdates"]

    async with asyncio.timeout(60):
        first = await update()
        assert (first["seq"], first["changed"][0]["links"][0]["code"]) == (1, "queued")
        await sync_to_async(movie.fail)()
        await sync_to_async(movie.save)()
        while (await update())["changed"][0]["links"][0]["code"] == "queued":
            pass
        await Movie.objects.filter(pk=movie.pk).aupdate(state="deleted")
        while not (last := await update())["gone"]:
            pass
        assert (last["gone"], last["changed"]) == ([f"Why:{gid(movie)}"], [])
        with pytest.raises(StopAsyncIteration):
            await anext(stream)
