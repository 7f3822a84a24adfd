from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from timelapse.notifications import actions, deliveries, recording, transitions
from timelapse.notifications.domain import VIEW_MOVIE, Kind, Observation, Occurrence
from timelapse.project.schema import schema
from timelapse.shared.access import load_permissions

pytestmark = pytest.mark.django_db(transaction=True)

UPDATES = """subscription { subscriberUpdates { kind seq gone more changed {
  id choice destinations { masked problem waiting availableTransitions { name } }
  notifications { message deliveries { state } } } } }"""


@asynccontextmanager
async def watching(user):
    """The page of a person, as over a websocket: what it shows after the next message, and its kind."""
    await sync_to_async(load_permissions)(user)
    stream = await schema.subscribe(UPDATES, context_value={"ws": SimpleNamespace(scope={"user": user})})

    async def following():
        answer = await anext(stream)
        assert answer.errors is None, answer.errors
        update = answer.data["subscriberUpdates"]
        return update["kind"], next(iter(update["changed"]), None)

    async with asyncio.timeout(60):
        yield following
    await stream.aclose()


@pytest.fixture
def place(user, mailbox):
    return actions.add_mail_address(user, "editor@example.com")


def messages(shown):
    return [
        (each["message"], [way["state"] for way in each["deliveries"]]) for each in shown["notifications"]
    ]


def movie_is_ready(user, number=1):
    """What the task that looks at needs records."""
    found = Occurrence(
        key=f"rendering.Movie:{number}:ready",
        kind=Kind.MOVIE_FINISHED,
        permission=VIEW_MOVIE,
        message=f"Movie {number} is ready.",
        path="/",
        since=timezone.now(),
        person=user.pk,
    )
    recording.record(Observation(present=(found,), asked=frozenset(), unsure=frozenset()), timezone.now())


async def test_a_notification_appears_while_the_page_is_open_and_so_does_what_becomes_of_it(user, place):
    async with watching(user) as following:
        kind, shown = await following()
        assert (kind, messages(shown)) == ("SNAPSHOT", [])
        await sync_to_async(movie_is_ready)(user)
        kind, shown = await following()
        assert (kind, messages(shown)) == ("DELTA", [("Movie 1 is ready.", ["waiting"])])
        assert shown["destinations"][0]["waiting"] == 1
        claimed = await sync_to_async(deliveries.claim)(timezone.now())
        late = [await place.deliveries.select_related("notification").aget()]
        await sync_to_async(deliveries.settle)(claimed, late, [], error="It broke.", now=timezone.now())
        _, shown = await following()
        assert shown["destinations"][0]["problem"].endswith("It broke.")
        claimed = await sync_to_async(deliveries.claim)(timezone.now() + deliveries.GIVE_UP_AFTER)
        await sync_to_async(deliveries.settle)(claimed, late, [], error="", now=timezone.now())
        _, shown = await following()
        assert messages(shown) == [("Movie 1 is ready.", ["sent"])]
        assert (shown["destinations"][0]["waiting"], shown["destinations"][0]["problem"]) == (0, "")


async def test_what_a_person_changes_on_one_page_appears_on_their_others(user, place):
    async with watching(user) as following:
        await following()
        sent = await sync_to_async(deliveries.begin_test)(user, place)
        assert messages((await following())[1]) == [("This is a test.", ["given_up"])]
        await sync_to_async(deliveries.settle_test)(sent, error="")
        assert messages((await following())[1]) == [("This is a test.", ["sent"])]
        kinds = {kind.value: False for kind in Kind}
        chosen = {"kinds": kinds, "quiet_from": None, "quiet_until": None, "zone": "UTC"}
        await sync_to_async(actions.choose)(user, **chosen)
        assert len((await following())[1]["choice"]) < 7
        await sync_to_async(actions.add_mail_address)(user, "other@example.com")
        assert len((await following())[1]["destinations"]) == 2
        await sync_to_async(transitions.remove)(place, user)
        _, shown = await following()
        assert [each["masked"] for each in shown["destinations"]] == ["other@example.com"]
        assert messages(shown) == [("This is a test.", [])]


async def test_nobody_is_sent_what_is_somebody_elses(user, place, settings):
    settings.TIMELAPSE = settings.TIMELAPSE | {"heartbeat_seconds": 0.2}
    eve = await User.objects.acreate_user("eve")
    async with watching(eve) as following:
        await following()
        await sync_to_async(movie_is_ready)(user)
        assert await following() == ("HEARTBEAT", None)


async def test_what_a_person_may_not_see_any_more_is_not_sent(user, place):
    await sync_to_async(movie_is_ready)(user)
    async with watching(await User.objects.aget(pk=user.pk)) as following:
        assert len(messages((await following())[1])) == 1
    await user.user_permissions.aclear()
    async with watching(await User.objects.aget(pk=user.pk)) as following:
        assert messages((await following())[1]) == []


async def test_a_message_takes_the_same_queries_however_much_there_is(user, place):
    async with watching(user) as following:
        await following()

        async def queries_of(number):
            await sync_to_async(movie_is_ready)(user, number)
            async with captured() as found:
                await following()
            return len(found)

        few = await queries_of(1)
        for number in range(2, 8):
            await sync_to_async(movie_is_ready)(user, number)
            await following()
        for number in range(3):
            await sync_to_async(actions.add_mail_address)(user, f"a{number}@example.com")
            _, shown = await following()
        assert (len(shown["destinations"]), len(messages(shown))) == (4, 7)
        assert await queries_of(8) == few


@asynccontextmanager
async def captured():
    """Capture the queries of the thread in which async code uses the database."""
    found = CaptureQueriesContext(await sync_to_async(lambda: connections["default"])())
    await sync_to_async(found.__enter__)()
    yield found
    await sync_to_async(found.__exit__)(None, None, None)
