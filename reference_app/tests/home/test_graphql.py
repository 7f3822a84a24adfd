from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from strawberry import relay
from tests import factories

from queue_insight.periodic import PeriodicTask
from queue_insight.periodic_state import PeriodicState
from timelapse.cameras.models import Camera
from timelapse.home import needs as home_needs
from timelapse.project.schema import schema
from timelapse.rendering.models import Movie
from timelapse.shared.access import load_permissions
from timelapse.timelapses.actions import publish_change

HOME = """
  more
  tiles { ... on Stateful { id displayName }
    ... on Timelapse { latestFrame { sequence } camera { name liveness } }
    ... on Camera { picture: latestFrame { sequence } } }
  needs { code message action { transition object { id } } subject { id } }
  making { ... on Movie { name progress { done } } ... on Run { displayName } }
"""
QUERY = f"{{ home {{ {HOME} }} }}"
UPDATES = f"subscription {{ homeUpdates {{ kind seq changed {{ {HOME} }} }} }}"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def home(asker):
    answer = asker.ask(QUERY)
    assert "errors" not in answer, answer
    return answer["data"]["home"]


def gid(row):
    return relay.to_base64(type(row).__name__, row.pk)


def movie_of(timelapse, **values):
    return Movie.objects.create(timelapse=timelapse, fps=30, width=64, height=48, **values)


def connected(camera):
    """Let its agent have reported just now."""
    camera.heartbeat_at, camera.next_by = timezone.now(), timezone.now() + timezone.timedelta(minutes=5)
    camera.save()
    return camera


def deny(user, codename):
    user.user_permissions.remove(Permission.objects.get(codename=codename))


def needs(shown, *, besides=("queues_unknown",)):
    return [need["code"] for need in shown["needs"] if need["code"] not in besides]


def test_the_wall_shows_each_timelapse_and_each_camera_without_one(member):
    garden = factories.timelapse(connected(factories.camera("Roof")))
    frame = factories.frame(garden.camera)
    connected(factories.camera("Attic"))
    shown = home(member)
    assert [tile["displayName"] for tile in shown["tiles"]] == ["Garden", "Attic"]
    assert shown["tiles"][0]["latestFrame"] == {"sequence": frame.sequence}
    assert shown["tiles"][1]["picture"] is None
    assert (shown["more"], shown["making"], needs(shown)) == (0, [], [])


def test_a_silent_camera_and_a_failed_movie_need_somebody_and_a_revoked_camera_does_not(member):
    camera = factories.camera("Roof")
    camera.heartbeat_at = camera.next_by = timezone.now() - timezone.timedelta(hours=1)
    camera.save()
    Camera.objects.create(name="Attic", driver="simulated", state="revoked")
    failed = movie_of(
        factories.timelapse(camera), state="failed", failure_code="disk_full", failure_message="Full."
    )
    shown = home(member)
    assert needs(shown) == ["offline", "disk_full"]
    offline, full = shown["needs"][:2]
    assert offline["subject"] == {"id": gid(camera)}
    assert full["message"] == f"Movie {failed.pk} of Garden failed: Full."
    assert full["action"] == {"transition": "retry", "object": {"id": gid(failed)}}


def test_each_viewer_sees_only_what_they_may_read(member, user, anonymous):
    garden = factories.timelapse()
    movie_of(garden, state="failed", failure_code="disk_full", failure_message="Full.")
    movie_of(garden, state="rendering")
    assert len(home(member)["making"]) == 1
    deny(user, "view_movie")
    assert (needs(home(member)), home(member)["making"]) == (["never_connected"], [])
    deny(user, "view_timelapse")
    assert [tile["displayName"] for tile in home(member)["tiles"]] == ["Roof"]
    deny(user, "view_camera")
    deny(user, "view_operations")
    assert home(member) == {"more": 0, "tiles": [], "needs": [], "making": []}
    assert anonymous.ask(QUERY)["errors"][0]["extensions"]["code"] == "signed_out"


def test_the_number_of_queries_does_not_grow_with_what_there_is(member, django_assert_num_queries):
    def add(number):
        for each in range(number):
            garden = factories.timelapse(factories.camera(f"Camera {each}"))
            factories.frame(garden.camera)
            factories.camera(f"Idle {each}")
            movie_of(garden, state="failed", failure_code="disk_full", failure_message="Full.")
            movie_of(garden, state="rendering")

    add(1)
    home(member)
    with CaptureQueriesContext(connection) as with_one:
        home(member)
    add(6)
    with django_assert_num_queries(len(with_one)):
        assert len(home(member)["tiles"]) == 14


async def test_the_page_is_sent_again_when_something_changes(user):
    garden = await sync_to_async(factories.timelapse)()
    await sync_to_async(load_permissions)(user)
    stream = await schema.subscribe(UPDATES, context_value={"ws": SimpleNamespace(scope={"user": user})})

    async def update():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        return answer.data["homeUpdates"]

    async with asyncio.timeout(60):
        first = await update()
        assert (first["kind"], first["seq"], first["changed"][0]["making"]) == ("SNAPSHOT", 1, [])
        await sync_to_async(movie_of)(garden, state="rendering")
        await sync_to_async(publish_change)(garden.pk, "movie")
        second = await update()
        assert (second["kind"], second["seq"]) == ("DELTA", 2)
        assert len(second["changed"][0]["making"]) == 1


def test_what_does_not_come_by_its_schedule_needs_those_who_may_view_operations(member, user, monkeypatch):
    late = PeriodicTask(
        entry="recover-movies",
        task="rendering.recover_movies",
        schedule="every 5 s",
        state=PeriodicState.LATE,
        due=timezone.now(),
    )
    monkeypatch.setattr(home_needs, "workers", lambda: ([], True))
    monkeypatch.setattr(home_needs, "recent_periodic_tasks", lambda: (late,))
    assert needs(home(member)) == ["no_beat"]
    deny(user, "view_operations")
    assert needs(home(member)) == []
