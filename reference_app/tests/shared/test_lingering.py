from __future__ import annotations

import asyncio

import pytest

from timelapse.shared import lingering
from timelapse.shared.lingering import LingeringClose

IN_CHUNKS = [(b"transfer-encoding", b"chunked")]
ANSWER = {"type": "http.response.body", "body": b"No."}


async def refusing(scope, receive, send):
    await send({"type": "http.response.start", "status": 403})
    await send(ANSWER)


async def reading(scope, receive, send):
    while (await receive())["more_body"]:
        pass
    await refusing(scope, receive, send)


def sender(pieces):
    """A client that sends pieces of ten bytes, and notes how many were read."""
    read = []

    async def receive():
        if len(read) == pieces:
            await asyncio.Event().wait()
        read.append(10)
        return {"type": "http.request", "body": bytes(10), "more_body": len(read) < pieces}

    return receive, read


async def served(application, receive, *, limit=1000, headers=IN_CHUNKS):
    sent = []

    async def send(message):
        sent.append(message)

    await LingeringClose(application, lambda: limit)({"type": "http", "headers": headers}, receive, send)
    return sent[1:]


async def test_what_still_arrives_is_read_between_the_answer_and_its_end():
    receive, read = sender(5)
    assert await served(refusing, receive) == [{**ANSWER, "more_body": True}, {"type": "http.response.body"}]
    assert len(read) == 5


async def test_no_more_is_read_than_the_limit():
    receive, read = sender(500)
    await served(refusing, receive, limit=100)
    assert len(read) == 10


async def test_an_answer_to_what_was_read_whole_is_left_as_it_is():
    receive, _ = sender(5)
    assert await served(reading, receive) == [ANSWER]


@pytest.mark.parametrize("headers", [[], [(b"content-length", b"0")]])
async def test_an_answer_to_a_request_without_a_body_is_left_as_it_is(headers):
    receive, read = sender(1)
    assert await served(refusing, receive, headers=headers) == [ANSWER]
    assert read == []


@pytest.mark.parametrize("limit", ["_IDLE_S", "_WITHIN_S"])
async def test_nobody_is_waited_for_long(monkeypatch, limit):
    monkeypatch.setattr(lingering, limit, 0.05)

    async def never():
        await asyncio.Event().wait()

    assert (await served(refusing, never))[-1] == {"type": "http.response.body"}
