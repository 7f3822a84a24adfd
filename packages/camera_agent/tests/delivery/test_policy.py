from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from camera_agent.config import read
from camera_agent.delivery.policy import (
    REFRESH_S,
    DeliveryPolicy,
    blocked_reason,
    request_delivery,
    wants_preview,
)
from camera_agent.errors import BadInput
from camera_agent.host.clock import Clock
from camera_agent.host.network import Network
from camera_agent.protocol.settings import DeliverySettings
from camera_agent.spool.store import Spool
from tests.spool.conftest import Filled


class World:
    def __init__(self, folder) -> None:
        self.filled = Filled(folder)
        self.spool, self.now, self.network, self.looks = self.filled.spool, 0.0, Network(), 0

    def look(self) -> Network:
        self.looks += 1
        return self.network

    def delivery_policy(self, settings: DeliverySettings) -> DeliveryPolicy:
        clock = Clock(error_ms=lambda: None)
        return DeliveryPolicy(settings, self.spool, clock, read_network=self.look, monotonic=lambda: self.now)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "spool")
    yield world
    world.spool.close()


def test_what_was_asked_for_goes_and_what_comes_after_it_waits_again(world):
    delivery_policy = world.delivery_policy(DeliverySettings(when="asked"))
    world.filled.put("capture-1")
    assert not delivery_policy.may_deliver()
    assert request_delivery(world.spool) == 1
    later = world.filled.put("capture-2")
    world.now += REFRESH_S
    assert delivery_policy.may_deliver()
    world.spool.mark_delivered(world.spool.claim())
    world.now += REFRESH_S
    assert "Captures wait" in delivery_policy.blocked_reason()
    assert world.spool.next_pending() == later


def test_another_process_may_ask(world):
    delivery_policy = world.delivery_policy(DeliverySettings(when="asked"))
    world.filled.put("capture-1")
    other = Spool(world.spool.folder)
    request_delivery(other)
    other.close()
    assert delivery_policy.may_deliver()


def test_the_world_is_looked_at_now_and_then_only(world):
    delivery_policy = world.delivery_policy(DeliverySettings(networks=("eth0",)))
    assert not delivery_policy.may_deliver()
    world.network = Network(interface="eth0")
    assert not delivery_policy.may_deliver()
    assert world.looks == 1
    world.now += REFRESH_S
    assert delivery_policy.may_deliver()
    assert delivery_policy.network.interface == "eth0"
    world.network = Network()
    delivery_policy.refresh()
    assert not delivery_policy.may_deliver()


def test_without_the_time_no_window_keeps_anything_back(world):
    assert world.delivery_policy(DeliverySettings(when="windows", windows=("02:00..02:01",))).may_deliver()


HOME = Network(interface="wlan0", wifi="Attic")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NIGHT = NOON.replace(hour=23)


def why(settings: DeliverySettings, *, now=NOON, network=HOME, requested=False) -> str:
    return blocked_reason(settings, now=now, network=network, requested=requested)


def test_by_default_captures_go_at_once_anywhere():
    assert why(DeliverySettings(), network=Network()) == ""


def test_in_windows_they_go_inside_and_wait_outside():
    nightly = DeliverySettings(when="windows", windows=("22:00..06:00",))
    assert "next window: 22:00..06:00" in why(nightly)
    assert why(nightly, now=NIGHT) == ""
    assert why(nightly, requested=True) == ""
    # A camera that does not know the time would else never deliver.
    assert why(nightly, now=None) == ""


def test_when_asked_they_wait_until_somebody_asks():
    assert "camera-agent deliver" in why(DeliverySettings(when="asked"))
    assert why(DeliverySettings(when="asked"), requested=True) == ""


@pytest.mark.parametrize(
    ("network", "goes"),
    [
        (HOME, True),
        (Network(interface="eth0"), True),
        (Network(interface="wwan0"), False),
        (Network(), False),
    ],
)
def test_only_certain_networks_are_used_even_when_asked(network, goes):
    settings = DeliverySettings(networks=("eth0", "Attic"))
    assert (why(settings, network=network, requested=True) == "") is goes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('wen = "asked"', "line 2: 'wen' is not a setting. Did you mean 'when'?"),
        ('when = "never"', "line 2: when must be one of at_once, windows, asked, and is 'never'"),
        ('when = "windows"', "There are no windows to deliver in. Add some."),
        ('when = "windows"\nwindows = ["25:00..26:00"]', "line 3"),
        ("rate_kib_s = -1", "rate_kib_s must be from 0 to 10000000, and is -1"),
        ("rate_kib_s = inf", "rate_kib_s must be from 0 to 10000000, and is inf"),
        ("parallel = 0", "parallel must be from 1 to 8, and is 0"),
        ('previews = "often"', "previews must be one of never, behind, always"),
        ("networks = 3", "networks must be a list of texts"),
    ],
)
def test_settings_that_cant_work_are_named_with_their_line(tmp_path, text, message):
    path = tmp_path / "config.toml"
    path.write_text(f"[delivery]\n{text}\n")
    with pytest.raises(BadInput, match=re.escape(message)):
        read(path)


@pytest.mark.parametrize(
    ("previews", "pending", "kept_back", "wanted"),
    [
        ("behind", 0, False, False),
        ("behind", 4, False, True),
        ("behind", 0, True, True),
        ("always", 0, False, True),
        ("never", 99, True, False),
    ],
)
def test_a_preview_is_made_when_its_original_will_be_late(previews, pending, kept_back, wanted):
    assert wants_preview(DeliverySettings(previews=previews), pending=pending, blocked=kept_back) is wanted
