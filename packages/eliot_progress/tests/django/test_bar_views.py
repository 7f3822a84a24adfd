from __future__ import annotations

import json
import time

import pytest
from django.urls import reverse

from eliot_progress.django.followed_bars import FollowedBar
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample

STORE = MemoryStore()
STREAM = {"accept": "text/event-stream"}


def record(about, seq=1, *, level, **fields):
    STORE.record(sample(seq, level=level, about=about, total=4, next_by=time.time() + 900, **fields))


@pytest.fixture(autouse=True)
def store(settings):
    settings.ELIOT_PROGRESS = {"STORE": f"{__name__}.STORE"}


def address(*abouts):
    keys = "&".join(f"bar={FollowedBar(of=(about,)).key(None)}" for about in abouts)
    return f"{reverse('eliot_progress:bars')}?{keys}"


def events(text):
    return [
        json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")
    ]


def test_all_bars_of_a_page_come_with_one_answer(client):
    record("app.Movie:1", level=(1,), done=1)
    record("app.Movie:2", level=(2,), done=4, outcome="succeeded")
    response = client.get(address("app.Movie:1", "app.Movie:2", "app.Movie:none"))
    assert [(bar["state"], bar["percent"]) for bar in response.json()["bars"]] == [
        ("alive", 25.0),
        ("succeeded", 100.0),
        ("none", None),
    ]
    assert response["Cache-Control"] == "no-store"
    assert response.json()["again_s"] == 1


def test_ended_work_is_asked_for_less_often(client):
    record("app.Movie:3", level=(3,), outcome="failed")
    assert client.get(address("app.Movie:3")).json()["again_s"] == 10


def test_a_forged_key_is_refused_with_what_to_do(client):
    response = client.get(reverse("eliot_progress:bars"), {"bar": "forged"})
    assert response.status_code == 403
    assert "Load it again" in response.json()["message"]


def test_a_server_without_asgi_has_no_stream_that_would_cost_it_a_thread(client):
    assert client.get(address("app.Movie:1"), headers=STREAM).status_code == 204


async def test_a_stream_sends_each_change_until_the_work_has_ended(async_client):
    record("app.Movie:4", level=(4,), done=1)
    response = await async_client.get(address("app.Movie:4"), headers=STREAM)
    assert (response["Content-Type"], response["X-Accel-Buffering"]) == ("text/event-stream", "no")
    received = []
    async for part in response.streaming_content:
        received += events(part.decode())
        if len(received) == 1:
            record("app.Movie:4", 2, level=(4,), done=4, outcome="succeeded")
    assert [each["bars"][0]["percent"] for each in received] == [25.0, 100.0]


def test_polls_are_not_logged_and_pages_are(client, admin_client, log):
    client.get(address("app.Movie:1"))
    overview = reverse("admin:eliot_progress_taskrecord_changelist")
    admin_client.get(overview, {"part": "1"})
    assert [message for message in log if message.get("action_type") == "http:request"] == []
    admin_client.get(overview)
    assert [message["path"] for message in log if message.get("action_status") == "started"] == [overview]


async def test_streams_are_not_logged_either(async_client, log):
    record("app.Movie:5", level=(5,), outcome="succeeded")
    response = await async_client.get(address("app.Movie:5"), headers=STREAM)
    assert [part async for part in response.streaming_content]
    assert log == []
