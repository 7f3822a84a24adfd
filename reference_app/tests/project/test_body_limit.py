from __future__ import annotations

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse

from timelapse.project.asgi import application
from timelapse.project.body_limit import BodyLimit

LIMIT = 1000


async def echo(scope, receive, send):
    try:
        body = await Request(scope, receive).body()
    except ClientDisconnect:
        return  # as Django does
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def client(app=None):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app or BodyLimit(echo, LIMIT)), base_url="http://localhost"
    )


async def test_a_body_within_the_limit_arrives_whole():
    async with client() as browser:
        assert (await browser.post("/", content=b"x" * LIMIT)).text == str(LIMIT)


async def test_a_body_that_announces_too_much_is_refused_before_it_is_read():
    async def never(*_):
        pytest.fail("read")

    async with client(BodyLimit(never, LIMIT)) as browser:
        answer = await browser.post("/", content=b"x" * (LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


async def test_a_body_of_no_stated_length_is_refused_as_soon_as_it_is_too_long():
    taken = []

    async def endless():
        while True:
            taken.append(1)
            yield b"x" * 100

    async with client() as browser:
        answer = await browser.post("/", content=endless())
    assert answer.status_code == 413
    assert len(taken) <= LIMIT / 100 + 2


@pytest.mark.django_db(transaction=True)
async def test_nobody_can_make_django_store_a_large_body(settings):
    async with client(application) as browser:
        answer = await browser.post("/graphql", content=b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert answer.status_code == 413
