from __future__ import annotations

import asyncio
import contextlib
import re
import time

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer
from channels.layers import channel_layers, get_channel_layer
from channels_redis.core import RedisChannelLayer
from hypothesis import given
from hypothesis import strategies as st
from tests.sockets import Socket
from tests.waiting import until

from eliot_progress import causal_id, context, inject, log_message
from eliot_progress.adapters.asgi import CausalASGI
from eliot_progress.adapters.channels import (
    CausalConsumer,
    all_tasks_group,
    changes,
    group_name,
    groups_of,
    publisher,
)
from eliot_progress.ids import action_id
from eliot_progress.ids import causal_id as causal_id_of
from eliot_progress.state import from_dict, to_dict
from eliot_progress.testing.samples import task_state


@pytest.fixture
async def layer(valkey_url, settings):
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [valkey_url]}}
    }
    channel_layers.backends.clear()
    # A layer of the test's own: the publisher's belongs to the loop of its thread.
    layer = RedisChannelLayer(hosts=[valkey_url])
    yield layer
    await layer.close_pools()
    channel_layers.backends.clear()


async def test_a_state_reaches_the_group_of_its_object(layer):
    await layer.group_add(group_name("app.Movie:7"), "test-channel")
    state = task_state(3, total=9, eta_s=(1.0, 2.0))
    publisher()(state)
    message = await layer.receive("test-channel")
    assert (message["type"], message["about"]) == ("progress.changed", "app.Movie:7")
    assert from_dict(message["state"]) == state


async def test_of_many_states_the_last_one_always_arrives(layer):
    await layer.group_add(group_name("app.Movie:7", "own"), "test-many")
    post = publisher("own")
    for seq in range(1, 300):
        post(task_state(seq))
    post(task_state(300, outcome="succeeded"))
    seen = []
    while not seen or seen[-1] < 300:
        seen.append((await layer.receive("test-many"))["state"]["seq"])
    assert seen == sorted(seen)


async def test_a_state_reaches_the_group_of_all_tasks_and_the_one_of_its_object(layer):
    state = task_state(3)
    groups = groups_of(state, "three")
    assert groups == (all_tasks_group("three"), group_name("app.Movie:7", "three"))
    for number, group in enumerate(groups):
        await layer.group_add(group, f"test-group-{number}")
    publisher("three")(state)
    for number in range(2):
        assert from_dict((await layer.receive(f"test-group-{number}"))["state"]) == state


def test_no_state_is_sent_more_than_twice():
    assert [len(groups_of(task_state(about=about))) for about in ("", "app.Movie:7")] == [1, 2]


async def test_a_burst_is_one_update_at_once_and_one_last_for_each_task(layer):
    await layer.group_add(all_tasks_group("burst"), "test-burst")
    # An interval that ends long after the burst, however slow the machine is.
    post = publisher("burst", interval_s=3)
    post(task_state(1))
    got = [(await layer.receive("test-burst"))["state"]]
    for seq in range(2, 200):
        post(task_state(seq))
    post(task_state(7, level=(3,)))  # another task does not wait for the first
    got += [(await layer.receive("test-burst"))["state"] for _ in range(2)]
    assert [each["seq"] for each in got] == [1, 7, 199]


def test_a_layer_that_fails_is_logged_once(settings, log):
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
        }
    }
    channel_layers.backends.clear()
    post = publisher()
    for n in range(3):
        post(task_state(level=(n + 2,)))
    (message,) = until(
        lambda: [m for m in log if m.get("message_type") == "eliot_progress:channel_layer_failed"]
    )
    assert message["exception"] == "ConnectionError"
    channel_layers.backends.clear()


def test_a_missing_layer_is_reported_with_its_remedy(settings, log):
    settings.CHANNEL_LAYERS = {}
    channel_layers.backends.clear()
    publisher()(task_state())
    (message,) = until(
        lambda: [m for m in log if m.get("message_type") == "eliot_progress:channel_layer_failed"]
    )
    assert "CHANNEL_LAYERS has no 'default'" in message["reason"]


@given(st.text(min_size=1, max_size=300))
def test_anything_has_a_group_name_that_channels_accepts(text):
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,99}", group_name(text))


def test_different_objects_have_different_groups():
    names = ["app.Movie:7", "app.Movie-7", "app.Movie 7", "app.Movie:ü", "app.Movie:ö", "x" * 200, "x" * 201]
    assert len({group_name(about) for about in names}) == len(names)
    assert group_name("app.Movie:7") == "progress.app.Movie-7"


class Asynchronous(CausalConsumer, AsyncWebsocketConsumer):
    groups = ("all",)

    async def connect(self):
        log_message("connected")
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):
        log_message("received", text=text_data)
        if text_data == "fail":
            raise LookupError(text_data)
        await self.send(causal_id())

    async def notified(self, message):
        log_message("notified")
        await self.send(causal_id())


class Synchronous(CausalConsumer, WebsocketConsumer):
    groups = ("all",)

    def connect(self):
        log_message("connected")
        self.accept()

    def receive(self, text_data=None, bytes_data=None):
        log_message("received", text=text_data)
        self.send(causal_id())

    def notified(self, message):
        log_message("notified")
        self.send(causal_id())


@pytest.fixture(params=[Asynchronous, Synchronous])
async def socket(request, settings):
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    channel_layers.backends.clear()
    socket = Socket(CausalASGI(request.param.as_asgi()), "/ws")
    yield socket
    await socket.disconnect()
    channel_layers.backends.clear()


def started(log, action_type):
    return [m for m in log if m.get("action_type") == action_type and m["action_status"] == "started"]


async def test_each_message_of_a_client_is_a_task_that_names_its_connection(log, socket):
    await socket.connect()
    answers = []
    for text in ("one", "two"):
        await socket.say(text)
        answers.append(await socket.hear())
    (connection,) = started(log, "websocket:connection")
    (connected,) = [m for m in log if m.get("message_type") == "connected"]
    received = [m for m in log if m.get("message_type") == "received"]
    begun = started(log, "websocket:message")
    assert connected["task_uuid"] == connection["task_uuid"]
    assert [causal_id_of(m["task_uuid"]) for m in received] == answers
    assert [m["task_uuid"] for m in received] == [m["task_uuid"] for m in begun]
    assert len({*answers, causal_id_of(connection["task_uuid"])}) == 3
    assert {m["cause"] for m in begun} == {action_id(connection["task_uuid"], ())}


async def test_what_another_process_sends_goes_on_below_its_sender(log, socket):
    await socket.connect()
    message = {"type": "notified"}
    with context.start("click") as click:
        inject(message)
    await get_channel_layer().group_send("all", message)
    assert await socket.hear() == causal_id_of(click.task_uuid)
    (notified,) = [m for m in log if m.get("message_type") == "notified"]
    (begun,) = started(log, "channels:message")
    assert begun["type"] == "notified"
    assert notified["task_level"][:-1] == begun["task_level"][:-1]


async def test_what_is_sent_without_a_place_belongs_to_the_connection(log, socket):
    await socket.connect()
    await get_channel_layer().group_send("all", {"type": "notified"})
    (connection,) = started(log, "websocket:connection")
    assert await socket.hear() == causal_id_of(connection["task_uuid"])


async def test_a_message_that_fails_is_logged_and_raised(log):
    socket = Socket(CausalASGI(Asynchronous.as_asgi()), "/ws")
    await socket.connect()
    await socket.say("fail")
    with pytest.raises(LookupError):
        await socket.wait(20)
    ends = {m["action_type"]: m.get("reason") for m in log if m.get("action_status") == "failed"}
    assert ends == {"websocket:message": "fail", "websocket:connection": "fail"}


async def test_without_a_connection_a_message_is_a_task_without_a_cause(log):
    socket = Socket(Asynchronous.as_asgi(), "/ws")
    await socket.connect()
    await socket.say("one")
    answer = await socket.hear()
    (begun,) = started(log, "websocket:message")
    await socket.disconnect()
    assert (causal_id_of(begun["task_uuid"]), "cause" in begun) == (answer, False)


@pytest.mark.parametrize("backend", ["core.RedisChannelLayer", "pubsub.RedisPubSubChannelLayer"])
async def test_followers_of_a_task_its_object_or_all_receive_the_newest_state(valkey_url, settings, backend):
    config = {"BACKEND": f"channels_redis.{backend}", "CONFIG": {"hosts": [valkey_url]}}
    settings.CHANNEL_LAYERS = {"default": config}
    channel_layers.backends.clear()
    layer = get_channel_layer()
    states = [task_state(seq, heartbeat_at=time.time()) for seq in (3, 4)]
    async with contextlib.AsyncExitStack() as following:
        each_changed = [
            await following.enter_async_context(changes(of, "follow"))
            for of in (states[0].id, states[0].about, None)
        ]
        assert await each_changed[0](0.05) == ()  # nothing is said, and nobody leaves for that
        for state in states:
            message = {"type": "progress.changed", "state": to_dict(state)}
            for group in groups_of(state, "follow"):
                await layer.group_send(group, message)
        for changed in each_changed:
            received = []
            while received[-1:] != states[-1:]:
                received += await asyncio.wait_for(changed(60), 30)
    await (layer.close_pools if backend.startswith("core") else layer.flush)()
    channel_layers.backends.clear()


@pytest.mark.usefixtures("layer")
async def test_following_over_a_layer_that_is_not_there_says_what_to_set():
    with pytest.raises(LookupError, match="has no 'other': add it to the settings"):
        async with changes("x", alias="other"):
            pass
