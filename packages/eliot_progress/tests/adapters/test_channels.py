from __future__ import annotations

import re

import pytest
from channels.layers import channel_layers
from channels_redis.core import RedisChannelLayer
from hypothesis import given
from hypothesis import strategies as st
from tests.waiting import until

from eliot_progress.adapters.channels import group_name, publisher
from eliot_progress.state import from_dict, state_of
from eliot_progress.testing.samples import report


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
    state = state_of(report(3, total=9, eta_s=(1.0, 2.0)))
    publisher()(state)
    message = await layer.receive("test-channel")
    assert (message["type"], message["about"]) == ("progress.changed", "app.Movie:7")
    assert from_dict(message["state"]) == state


async def test_of_many_states_the_last_one_always_arrives(layer):
    await layer.group_add(group_name("app.Movie:7", "own"), "test-many")
    post = publisher("own")
    for seq in range(1, 300):
        post(state_of(report(seq)))
    post(state_of(report(300, outcome="succeeded")))
    seen = []
    while not seen or seen[-1] < 300:
        seen.append((await layer.receive("test-many"))["state"]["seq"])
    assert seen == sorted(seen)


def test_a_state_about_nothing_goes_nowhere(settings):
    settings.CHANNEL_LAYERS = {}
    publisher()(state_of(report(about="")))


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
        post(state_of(report(level=(n + 2,))))
    (message,) = until(
        lambda: [m for m in log if m.get("message_type") == "eliot_progress:channel_layer_failed"]
    )
    assert message["exception"] == "ConnectionError"
    channel_layers.backends.clear()


def test_a_missing_layer_is_told_with_its_remedy(settings, log):
    settings.CHANNEL_LAYERS = {}
    channel_layers.backends.clear()
    publisher()(state_of(report()))
    (message,) = until(
        lambda: [m for m in log if m.get("message_type") == "eliot_progress:channel_layer_failed"]
    )
    assert "CHANNEL_LAYERS has no 'default'" in message["reason"]


@given(st.text(min_size=1, max_size=300))
def test_any_object_has_a_group_that_channels_accepts(about):
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,99}", group_name(about))


def test_different_objects_have_different_groups():
    names = ["app.Movie:7", "app.Movie-7", "app.Movie 7", "app.Movie:ü", "app.Movie:ö", "x" * 200, "x" * 201]
    assert len({group_name(about) for about in names}) == len(names)
    assert group_name("app.Movie:7") == "progress.app.Movie-7"
