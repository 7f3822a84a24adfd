from __future__ import annotations

import httpx
import pytest
from tests.echo_server import echo

from eliot_progress import causal_id, context, extract
from eliot_progress.adapters.httpx import AsyncCausalTransport, CausalTransport


@pytest.fixture
def url(served):
    return f"http://127.0.0.1:{served(echo()).server_port}/thing?token=secret"


def ends(log):
    return [m for m in log if m.get("action_type") == "http:call" and m["action_status"] != "started"]


def test_a_call_carries_the_id_and_is_an_action_with_its_status(url, log):
    with httpx.Client(transport=CausalTransport()) as client, context.start("click"):
        origin = extract(client.get(url).json())
        assert origin.causal_id == causal_id()
    (end,) = ends(log)
    assert (end["status"], tuple(end["task_level"][:-1])) == (200, origin.level)
    assert "secret" not in repr(log)


async def test_an_async_call_too(url, log):
    async with httpx.AsyncClient(transport=AsyncCausalTransport()) as client:
        with context.start("click"):
            assert extract((await client.get(url)).json()).causal_id == causal_id()
    assert [end["status"] for end in ends(log)] == [200]


def test_a_call_that_fails_says_why(log):
    client = httpx.Client(transport=CausalTransport())
    with client, pytest.raises(httpx.ConnectError), context.start("click"):
        client.get("http://127.0.0.1:1/")
    assert [end["action_status"] for end in ends(log)] == ["failed"]


async def test_an_async_call_that_is_not_trusted_says_nothing(url):
    async with httpx.AsyncClient(transport=AsyncCausalTransport(trusted=lambda host: False)) as client:
        with context.start("click"):
            assert "traceparent" not in (await client.get(url)).json()
