from __future__ import annotations

import asyncio
import json

import eliot
import httpx
import pytest
from asgiref.sync import sync_to_async
from channels import auth
from django.test import Client
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry import relay
from tests.factories import frame, timelapse
from tests.serving import sent_whole, serving
from tests.sockets import Socket

from eliot_progress.ids import causal_id
from timelapse.project import subscriptions
from timelapse.project.asgi import Assets, application

pytestmark = pytest.mark.django_db(transaction=True)
#: Bytes of a body that is larger than any address takes.
MUCH = 30_000_000


async def test_who_is_signed_in_gets_a_snapshot_first(user):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    answer = await socket.subscribe("subscription { operationsUpdates { kind seq heartbeatSeconds } }")
    update = answer["payload"]["data"]["operationsUpdates"]
    assert update == {"kind": "SNAPSHOT", "seq": 1, "heartbeatSeconds": 2.5}
    await socket.close()


async def test_what_is_in_progress_comes_as_a_page_first(user):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    answer = await socket.subscribe("subscription { inProgressUpdates { kind seq heartbeatSeconds more } }")
    update = answer["payload"]["data"]["inProgressUpdates"]
    assert update == {"kind": "SNAPSHOT", "seq": 1, "heartbeatSeconds": 2.5, "more": 0}
    await socket.close()


@pytest.mark.parametrize("field", ["operationsUpdates", "inProgressUpdates"])
async def test_an_anonymous_user_gets_an_error_and_no_data(field):
    socket = Socket()
    answer = await socket.subscribe(f"subscription {{ {field} {{ seq }} }}")
    assert "not signed in" in str(answer)
    assert "'seq'" not in str(answer)
    await socket.close()


def _signs_out(client, _user):
    client.logout()


def _is_deactivated(_client, user):
    user.is_active = False
    user.save()


def _gets_another_password(_client, user):
    user.set_password("quite another")
    user.save()


@pytest.mark.parametrize("ends", [_signs_out, _is_deactivated, _gets_another_password])
async def test_a_socket_is_closed_when_the_session_that_opened_it_is_over(user, ends, monkeypatch):
    monkeypatch.setattr(subscriptions, "SESSION_CHECK_S", 0.01)
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe("subscription { operationsUpdates { seq } }")
    await sync_to_async(ends)(client, user)
    assert (await socket.closed())["code"] == subscriptions.FORBIDDEN
    await socket.close()


async def test_a_socket_stays_open_as_long_as_its_session_and_knows_who_asks(user, monkeypatch):
    looks, looked = [], asyncio.Event()

    async def get_user(scope):
        looks.append(await auth.get_user(scope))
        if len(looks) == 3:
            looked.set()
        return looks[-1]

    monkeypatch.setattr(subscriptions, "SESSION_CHECK_S", 0.01)
    monkeypatch.setattr(subscriptions, "get_user", get_user)
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe("subscription { operationsUpdates { seq } }")
    await asyncio.wait_for(looked.wait(), 10)
    await socket.say(type="ping")
    assert (await socket.hear())["type"] == "pong"
    assert looks[:3] == 3 * [user]
    await socket.close()


async def test_a_page_from_elsewhere_can_not_connect():
    assert (await Socket(origin="http://evil.example").connect())["type"] == "websocket.close"


async def test_there_is_no_other_socket():
    assert await Socket("/elsewhere").connect() == {"type": "websocket.close", "code": 4404}


@pytest.fixture
def log():
    """The log's messages while the test runs."""
    messages = []
    eliot.add_destinations(messages.append)
    yield messages
    eliot.remove_destination(messages.append)


RENDER = """
mutation ($input: RenderTimelapseInput!) {
  renderTimelapse(input: $input) { movie { causalId } } }
"""


def test_what_a_click_causes_carries_its_causal_id_from_the_request_to_the_movie(
    member, log, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    made = timelapse()
    frame(made.camera)
    answer = member.post(RENDER, input={"timelapse": relay.to_base64("Timelapse", made.pk)})
    click = answer["X-Causal-Id"]
    assert answer.json()["data"]["renderTimelapse"]["movie"]["causalId"] == click
    caused = [message for message in log if causal_id(message["task_uuid"]) == click]
    steps = [message.get("action_type") or message["message_type"] for message in caused]
    assert steps[:3] == ["http:request", "graphql:operation", "movie:request"]
    operation = caused[1]["task_level"][:-1]
    assert caused[2]["task_level"][: len(operation)] == operation


async def test_what_a_subscription_logs_is_a_task_caused_by_the_page_s_connection(user, log):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe("subscription { operationsUpdates { seq } }")
    await socket.close()
    started, left = (message for message in log if message.get("action_type") == "graphql:operation")
    assert (started["action_status"], left["completed"]) == ("started", False)
    assert causal_id(started["cause"].partition("@")[0]) == socket.causal_id
    assert started["task_uuid"] == left["task_uuid"] != started["cause"].partition("@")[0]


CLICK = "0af7651916cd43dd8448eb211c80319c"
CARRIED = f"00-{CLICK}-b7ad6b7169203331-01"


async def test_what_the_page_subscribes_to_goes_on_below_the_click_that_it_names(user, log):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe("subscription { operationsUpdates { seq } }", traceparent=CARRIED)
    await socket.close()
    started, left = (message for message in log if message.get("action_type") == "graphql:operation")
    assert causal_id(started["task_uuid"]) == causal_id(left["task_uuid"]) == CLICK


def test_what_the_page_asks_over_http_goes_on_below_the_same_click(member):
    headers = {"traceparent": CARRIED, "sec-fetch-site": "same-origin"}
    assert member.client.get("/", headers=headers)["X-Causal-Id"] == CLICK
    assert member.client.get("/", headers={**headers, "sec-fetch-site": "cross-site"})["X-Causal-Id"] != CLICK


@pytest.mark.parametrize("path", ["/static/..%2f..%2fsettings.py", "/static/%00", "/static//etc/passwd"])
async def test_a_static_path_that_leads_out_is_not_found(path):
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    "message",
    [
        {"type": "complete", "id": ["1"]},
        {"type": "subscribe", "id": "1", "payload": "query"},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ me { id } }"}},
        {"type": ["ping"]},
        {"type": "\ud800"},
        {"type": "x" * 500},
    ],
)
async def test_a_malformed_message_closes_the_socket(message):
    socket = Socket()
    await socket.connect()
    await socket.say(type="connection_init")
    await socket.hear()
    await socket.say(**message)
    assert (await socket.closed())["code"] == 4400


async def test_an_operation_that_the_document_does_not_have_is_logged_without_a_traceback(caplog):
    socket = Socket()
    await socket.connect()
    await socket.say(type="connection_init")
    await socket.hear()
    payload = {"query": "query A { me { id } } query B { me { id } }", "operationName": "\ud800"}
    await socket.say(id="1", type="subscribe", payload=payload)
    await socket.wire.receive_output(10)
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


async def test_an_asset_of_a_page_that_is_not_built_says_how_to_build_it(tmp_path):
    folder = tmp_path / "assets"
    transport = httpx.ASGITransport(Assets(directory=folder, check_dir=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        answer = await browser.get("/main.js")
        assert (answer.status_code, b"./dev up" in answer.content) == (503, True)
        folder.mkdir()
        (folder / "main.js").write_text("1")
        assert (await browser.get("/main.js")).text == "1"


@pytest.mark.parametrize(
    ("accepted", "coding", "content"),
    [
        ("gzip, deflate, br", "br", b"by brotli"),
        ("br;q=0, gzip;q=0.5", "gzip", b"by gzip"),
        ("identity", None, b"as it is"),
        ("", None, b"as it is"),
    ],
)
async def test_an_asset_is_sent_as_small_as_the_browser_takes_it(tmp_path, accepted, coding, content):
    for name, written in {"": b"as it is", ".br": b"by brotli", ".gz": b"by gzip"}.items():
        (tmp_path / f"main.js{name}").write_bytes(written)
    transport = httpx.ASGITransport(Assets(directory=tmp_path, check_dir=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        request = browser.build_request("GET", "/main.js", headers={"Accept-Encoding": accepted})
        answer = await browser.send(request, stream=True)
        assert b"".join([each async for each in answer.aiter_raw()]) == content
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/%00.js", f"/{'a' * 3000}", "/..%2f..%2fmain.js", "/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PATCH"])
async def test_an_asset_that_no_file_can_be_named_like_is_not_found(tmp_path, path, method):
    (tmp_path / "main.js").write_bytes(b"as it is")
    app = Starlette(routes=[Mount("/", Assets(directory=tmp_path, check_dir=False))])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        answer = await browser.request(method, path, headers={"Accept-Encoding": "br"})
    assert answer.status_code == (405 if method == "PATCH" else 404)


QUERY = {"query": "subscription { operationsUpdates { seq } }"}


@pytest.mark.parametrize("begun", [False, True], ids=["the first message", "a later message"])
@pytest.mark.parametrize("kind", ["text", "bytes"])
async def test_a_message_that_is_too_big_closes_the_socket_unread(begun, kind):
    socket = Socket()
    await socket.connect()
    if begun:
        await socket.say(type="connection_init")
        await socket.hear()
    big = json.dumps({"type": "connection_init", "payload": {"x": "y" * 2_000_000}})
    await socket.wire.send_input({"type": "websocket.receive", kind: big if kind == "text" else big.encode()})
    closed = await socket.closed()
    assert closed["code"] == subscriptions.TOO_BIG
    assert "1000000" in closed["reason"]
    await socket.close()


async def test_one_operation_too_many_closes_the_socket(user, monkeypatch):
    monkeypatch.setattr(subscriptions, "MAX_OPERATIONS", 2)
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe(QUERY["query"])
    for number in (2, 3):
        await socket.say(id=str(number), type="subscribe", payload=QUERY)
    assert (await socket.closed())["code"] == subscriptions.TOO_MANY
    await socket.close()


async def test_messages_faster_than_they_can_be_handled_close_the_socket(monkeypatch):
    monkeypatch.setattr(subscriptions, "MAX_WAITING", 0)
    socket = Socket()
    await socket.connect()
    await socket.say(type="connection_init")
    assert (await socket.closed())["code"] == subscriptions.TOO_MANY
    await socket.close()


async def test_a_closed_socket_sends_nothing_more_and_closes_once(user):
    client = Client()
    await sync_to_async(client.force_login)(user)
    socket = Socket(session=client.cookies["sessionid"].value)
    await socket.subscribe(QUERY["query"])
    for message in ({"type": ["ping"]}, {"type": "nonsense" * 100}, {"type": "ping"}):
        await socket.say(**message)
    closed = await socket.closed()
    assert closed["code"] == 4400
    assert len(closed["reason"].encode()) <= 123
    await socket.close()
    assert socket.wire.output_queue.empty()


@pytest.fixture(scope="module")
def port():
    with serving(application) as port:
        yield port


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("POST /graphql", 413),
        ("POST /accounts/login/", 413),
        ("POST /agent/v1/captures", 401),
        ("PATCH /agent/v1/captures/some-capture", 401),
        ("POST /agent/v1/heartbeat", 401),
        ("POST /agent/v1/pairing", 400),
        ("POST /agent/v1/nowhere", 404),
        ("POST /media/sounds/", 401),
        ("POST /media/movies/1.mp4", 405),
        ("POST /share/nobody", 404),
        ("POST /share/nobody/movie.mp4", 405),
    ],
)
def test_the_answer_to_a_body_that_is_not_read_arrives(port, request_line, status, announced):
    assert sent_whole(port, request_line, MUCH, announced=announced)[0] == status


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_sound_that_is_too_large_is_refused_with_the_reason(
    port, client, user, settings, tmp_path, announced
):
    settings.MEDIA_ROOT = tmp_path
    settings.TIMELAPSE = {"max_sound_bytes": 20_000_000}
    client.force_login(user)
    _, answer = sent_whole(
        port,
        "POST /media/sounds/",
        MUCH,
        announced=announced,
        Content_Type="application/octet-stream",
        Cookie=f"sessionid={client.cookies['sessionid'].value}",
    )
    error = json.loads(answer)["error"]
    assert (error["code"], error["message"]) == ("sound_too_large", "The file is larger than 20 MB.")
