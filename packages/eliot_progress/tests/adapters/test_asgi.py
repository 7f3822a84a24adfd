from __future__ import annotations

import pytest

from eliot_progress import causal_id
from eliot_progress.adapters.asgi import CausalASGI, same_origin

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = [(b"traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())]


async def answers(app, scope):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    await app(scope, receive, send)
    return sent


async def http(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]})
    await send({"type": "http.response.body", "body": causal_id().encode()})


async def websocket(scope, receive, send):
    await send({"type": "websocket.accept"})


async def test_a_request_runs_inside_an_action_and_the_answer_names_it(log):
    start, body = await answers(
        CausalASGI(http), {"type": "http", "method": "GET", "path": "/x", "headers": []}
    )
    assert dict(start["headers"]) == {b"a": b"b", b"x-causal-id": body["body"]}
    assert [m["action_status"] for m in log] == ["started", "succeeded"]
    assert (log[0]["method"], log[0]["path"]) == ("GET", "/x")
    assert causal_id() is None


@pytest.mark.parametrize(("adopt", "adopted"), [(True, True), (False, False)])
async def test_a_traceparent_is_adopted_only_when_it_is_believed(adopt, adopted):
    app = CausalASGI(http, adopt=lambda scope: adopt)
    _, body = await answers(app, {"type": "http", "headers": HEADERS})
    assert (body["body"].decode() == TRACE) is adopted


async def test_by_default_none_is_believed():
    _, body = await answers(CausalASGI(http), {"type": "http", "headers": HEADERS})
    assert body["body"].decode() != TRACE


async def test_a_websocket_receives_its_causal_id_when_it_is_accepted(log):
    (accept,) = await answers(CausalASGI(websocket), {"type": "websocket", "path": "/ws"})
    assert accept["headers"][0][0] == b"x-causal-id"
    assert log[0]["action_type"] == "websocket:connection"


async def test_lifespan_passes_through(log):
    async def app(scope, receive, send):
        await send({"type": "lifespan.startup.complete"})

    assert await answers(CausalASGI(app), {"type": "lifespan"}) == [{"type": "lifespan.startup.complete"}]
    assert log == []


@pytest.mark.parametrize(
    ("kind", "headers", "ours"),
    [
        ("http", {b"sec-fetch-site": b"same-origin"}, True),
        ("http", {b"sec-fetch-site": b"cross-site"}, False),
        ("http", {b"origin": b"http://a", b"host": b"a"}, False),
        ("websocket", {b"origin": b"http://a:8000", b"host": b"a:8000"}, True),
        ("websocket", {b"origin": b"https://a", b"host": b"a"}, True),
        ("websocket", {b"origin": b"http://a:8001", b"host": b"a:8000"}, False),
        ("websocket", {b"origin": b"null", b"host": b"a"}, False),
        ("websocket", {}, False),
    ],
)
def test_our_own_page_is_known_by_what_the_browser_says(kind, headers, ours):
    assert same_origin({"type": kind, "headers": [*headers.items()]}) is ours
