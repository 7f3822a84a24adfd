"""Whatever is sent, by HTTP or over a websocket, the answer was planned.

Without settings the same requests are sent each time. ``FUZZ_SECONDS`` sends new ones for so long in each
test; ``FUZZ_SEED`` repeats such a run.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time

import httpx
import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from strawberry import relay
from tests.factories import frame, timelapse
from tests.fuzz.fuzzer import RAW, Fuzzer, faults, socket_faults

from timelapse.project.asgi import application
from timelapse.project.schema import schema
from timelapse.rendering.models import Movie

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(3600), pytest.mark.slow]

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or (time.time_ns() % 10**9 if SECONDS else 1)
DOCUMENTS, REQUESTS, SOCKETS = 400, 2000, 150
FOLDERS = [
    "/media/movies/",
    "/media/frames/",
    "/media/thumbnails/",
    "/media/",
    "/agent/v1/captures/",
    "/agent/v1/",
]
FOLDERS += [
    "/agent/v1/pairing",
    "/agent/v1/token",
    "/agent/v1/heartbeat",
    "/agent/v1/records",
    "/admin/",
    "/static/",
]
FOLDERS += ["/admin/log/", "/assets/", "/graphql", "/"]


def rounds(count, seconds):
    """Count the rounds of a run: so many, or as many as the time allows."""
    ends = time.monotonic() + seconds
    numbers = itertools.count(1) if SECONDS else iter(range(1, count + 1))
    return itertools.takewhile(lambda _: not SECONDS or time.monotonic() < ends, numbers)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def world(db):
    """Objects to hit, and their global ids."""
    filmed = timelapse()
    frames = [frame(filmed.camera) for _ in range(3)]
    movie = Movie.objects.create(timelapse=filmed, fps=30, width=64, height=48)
    named = [
        ("Timelapse", filmed),
        ("Camera", filmed.camera),
        ("Movie", movie),
        *(("Frame", each) for each in frames),
    ]
    return tuple(relay.to_base64(name, each.pk) for name, each in named)


@pytest.fixture(params=["nobody", "member", "admin"])
def viewer(request, db):
    client = Client()
    if request.param == "member":
        client.force_login(User.objects.create_user("member"))
    elif request.param == "admin":
        client.force_login(User.objects.create_superuser("admin"))
    return client


def test_every_graphql_answer_was_planned(viewer, world, record_property):
    fuzzer = Fuzzer(random=random.Random(SEED), schema=schema._schema, ids=world)
    found, sent = {}, 0  # in ASCII: pytest-xdist can't report lone surrogates
    for sent in rounds(DOCUMENTS, SECONDS / 3):  # noqa: B007 - counted for the report
        document, variables = fuzzer.document()
        answer = viewer.post(
            "/graphql", {"query": document, "variables": variables}, content_type="application/json"
        )
        for fault in faults(answer.status_code, answer.content):
            found.setdefault(fault[:60], ascii((fault, document, variables)))
    record_property("documents", sent)
    assert sent > 10
    assert found == {}, f"seed {SEED}"


async def test_no_address_answers_with_a_server_error(world, record_property):
    fuzzer = Fuzzer(random=random.Random(SEED), schema=schema._schema, ids=world)
    found, sent = {}, 0
    user = await sync_to_async(User.objects.create_superuser)("admin")
    client = Client()
    await sync_to_async(client.force_login)(user)
    cookies = {"sessionid": client.cookies["sessionid"].value}
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        for sent in rounds(REQUESTS, SECONDS):  # noqa: B007 - counted for the report
            method, path, headers, body = fuzzer.request(FOLDERS)
            if fuzzer.random.random() < 0.5 and "Cookie" not in headers:
                headers["Cookie"] = f"sessionid={cookies['sessionid']}"
            answer = await browser.request(method, f"http://localhost{path}", headers=headers, content=body)
            not_built = method == "HEAD" or b"not built" in answer.content
            planned_503 = answer.status_code == 503 and not_built
            if (answer.status_code >= 500 and not planned_503) or (
                answer.headers.get("content-type", "").startswith("application/json")
                and RAW.search(answer.text)
            ):
                found.setdefault(
                    (answer.status_code, path.split("/")[1], path[-12:]),
                    ascii((method, path, headers, body, answer.text[:300])),
                )
    record_property("requests", sent)
    assert sent > 10
    assert found == {}, f"seed {SEED}"


async def test_every_websocket_message_was_planned(viewer, world, record_property):
    fuzzer = Fuzzer(random=random.Random(SEED), schema=schema._schema, ids=world)
    session = viewer.cookies["sessionid"].value if "sessionid" in viewer.cookies else ""
    found, sent = {}, 0
    for sent in rounds(SOCKETS, SECONDS / 3):  # noqa: B007 - counted for the report
        frames = fuzzer.frames()
        for fault in await talk(session, frames):
            found.setdefault(fault[:60], ascii((fault, frames)))
    record_property("sockets", sent)
    assert sent > 10
    assert found == {}, f"seed {SEED}"


async def talk(session, frames):
    """Send the frames, then a last query; return what is wrong with the answers until its own or the end."""
    headers = {"origin": "http://localhost", "host": "localhost", "cookie": f"sessionid={session}"}
    wire = ApplicationCommunicator(
        application,
        {
            "type": "websocket",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "subprotocols": ["graphql-transport-ws"],
        },
    )
    await wire.send_input({"type": "websocket.connect"})
    for frame_ in frames:
        kind = "bytes" if isinstance(frame_, bytes) else "text"
        await wire.send_input({"type": "websocket.receive", kind: frame_})
    last = {"id": "last", "type": "subscribe", "payload": {"query": "{ __typename }"}}
    await wire.send_input({"type": "websocket.receive", "text": json.dumps(last)})
    wrong = []
    try:
        while True:
            answer = await wire.receive_output(60)
            wrong += socket_faults(answer)
            if answer["type"] == "websocket.close" or '"id":"last"' in answer.get("text", ""):
                break
        closed = answer["type"] == "websocket.close"
        await wire.send_input({"type": "websocket.disconnect", "code": 1000})
        await wire.wait(60)
        if closed and not wire.output_queue.empty():
            wrong.append("sends after the close")
    except Exception as error:  # noqa: BLE001 - whatever the application raises is a fault
        wrong.append(f"{type(error).__name__}: {error}")
    return wrong
