from __future__ import annotations

import pytest

from camera_agent.clock import Clock
from camera_agent.delivery_policy import REFRESH_S, DeliveryPolicy, request_delivery
from camera_agent.network import Network
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
        clock = Clock(synced=lambda: False)
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
