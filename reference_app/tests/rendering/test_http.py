from __future__ import annotations

import hashlib

import httpx
import pytest
from django.contrib.auth.models import AnonymousUser, User

from timelapse.rendering import http, queries, sounds
from timelapse.rendering.models import Sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]
TYPE = {"Content-Type": "application/octet-stream"}


def opened_by(user):
    application = http.create_application()

    async def signed_in(scope, receive, send):
        await application({**scope, "user": user}, receive, send)

    return signed_in


def page(user):
    signed_in = opened_by(user)
    return httpx.AsyncClient(transport=httpx.ASGITransport(signed_in), base_url="http://localhost")


@pytest.fixture
async def post(user):
    async with page(user) as client:

        async def post(content, headers=TYPE):
            return await client.post("/?name=My%20song.wav", content=content, headers=headers)

        yield post


def code_of(answer):
    return answer.json()["error"]["code"]


def left_over():
    return list(sounds.incoming_folder().iterdir())


async def test_a_sound_is_stored_and_described(post, sound):
    content = sound(1.5).read_bytes()
    answer = await post(content)
    assert answer.status_code == 201
    sha256 = hashlib.sha256(content).hexdigest()
    assert answer.json() == {"sound": {"sha256": sha256, "name": "My song.wav", "seconds": 1.5}}
    assert queries.sound_file(sha256).read_bytes() == content
    assert left_over() == []


async def test_what_is_no_sound_is_refused_with_a_remedy(post):
    answer = await post(b"<html>no sound</html>")
    assert (answer.status_code, code_of(answer)) == (200, "sound_unusable")
    assert answer.json()["error"]["remedy"].startswith("Choose an MP3")
    assert left_over() == []


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_that_is_too_large_is_refused_before_it_is_read_whole(post, settings, announced):
    settings.TIMELAPSE = {"max_sound_bytes": 100_000}
    sent = 0

    async def pieces():
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield bytes(10_000)

    length = {"Content-Length": "10000000"} if announced else {}
    answer = await post(pieces(), TYPE | length)
    assert (answer.status_code, code_of(answer)) == (200, "sound_too_large")
    assert sent <= 400_000, "what arrived, and twice as much as may arrive"
    assert left_over() == []


async def test_what_another_page_may_send_without_asking_is_refused(post, sound):
    answer = await post(sound().read_bytes(), {"Content-Type": "text/plain"})
    assert (answer.status_code, code_of(answer)) == (415, "wrong_type")


@pytest.mark.parametrize(("kind", "status", "code"), [("", 401, "signed_out"), ("viewer", 403, "permission")])
async def test_who_may_not_is_refused_before_anything_is_stored(kind, status, code, sound):
    user = await User.objects.acreate(username=kind) if kind else AnonymousUser()
    async with page(user) as client:
        answer = await client.post("/", content=sound().read_bytes(), headers=TYPE)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert left_over() == []
    assert not await Sound.objects.aexists()
