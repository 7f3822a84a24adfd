from __future__ import annotations

import pytest

from camera_agent.clock import Clock
from camera_agent.delivery import Delivery
from camera_agent.gate import LOOK_S, Gate, ask
from camera_agent.network import Network
from camera_agent.spool.store import Spool
from tests.spool.conftest import Filled


class World:
    def __init__(self, folder) -> None:
        self.filled = Filled(folder)
        self.spool, self.now, self.network, self.looks = self.filled.spool, 0.0, Network(), 0

    def look(self) -> Network:
        self.looks += 1
        return self.network

    def gate(self, settings: Delivery) -> Gate:
        clock = Clock(synced=lambda: False)
        return Gate(settings, self.spool, clock, look=self.look, monotonic=lambda: self.now)


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "spool")
    yield world
    world.spool.close()


def test_what_was_asked_for_goes_and_what_comes_after_it_waits_again(world):
    gate = world.gate(Delivery(when="asked"))
    world.filled.put("capture-1")
    assert not gate.is_open()
    assert ask(world.spool) == 1
    later = world.filled.put("capture-2")
    world.now += LOOK_S
    assert gate.is_open()
    world.spool.delivered(world.spool.claim())
    world.now += LOOK_S
    assert "Captures wait" in gate.held()
    assert world.spool.next_pending() == later


def test_another_process_may_ask(world):
    gate = world.gate(Delivery(when="asked"))
    world.filled.put("capture-1")
    other = Spool(world.spool.folder)
    ask(other)
    other.close()
    assert gate.is_open()


def test_the_world_is_looked_at_now_and_then_only(world):
    gate = world.gate(Delivery(networks=("eth0",)))
    assert not gate.is_open()
    world.network = Network(interface="eth0")
    assert not gate.is_open()
    assert world.looks == 1
    world.now += LOOK_S
    assert gate.is_open()
    assert gate.network.interface == "eth0"
    world.network = Network()
    gate.look_again()
    assert not gate.is_open()


def test_without_the_time_no_window_keeps_anything_back(world):
    assert world.gate(Delivery(when="windows", windows=("02:00..02:01",))).is_open()
