from __future__ import annotations

from contextlib import closing

import pytest

from camera_agent.capture.focus import FocusAid
from camera_agent.config import Config
from camera_agent.delivery.policy import DeliveryPolicy
from camera_agent.host.clock import Clock, ClockQuality
from camera_agent.host.machine import Machine
from camera_agent.host.network import Network
from camera_agent.protocol.messages import to_message
from camera_agent.protocol.settings import DeliverySettings
from camera_agent.remote.client import Client
from camera_agent.remote.commands import CommandRunner
from camera_agent.remote.configuration import RemoteConfig
from camera_agent.remote.heartbeat import message
from camera_agent.remote.log_buffer import LogBuffer
from camera_agent.remote.record_uploader import RecordUploader
from camera_agent.remote.status_collector import OFFLINE_LOG_S, StatusCollector
from camera_agent.spool import records
from camera_agent.spool.starts import record_start
from camera_agent.status import Status
from tests.golden import golden
from tests.spool.conftest import NOW

TRUE = NOW.wall_ns
FULL = golden("heartbeat_full")


class World:
    """All that a report joins, with clocks that stand still unless they are moved."""

    def __init__(self, home, spool, client) -> None:
        self.now, self.synced, self.room, self.spool = 0.0, False, 1 << 40, spool
        self.clock = Clock(
            wall_ns=lambda: TRUE,
            monotonic=lambda: 5,
            error_ms=lambda: 1.0 if self.synced else None,
            boot=FULL["boot"],
        )
        self.status = Status(driver="simulated")
        self.focus = FocusAid()
        readers = {"read_network": lambda: Network(interface="wlan0"), "monotonic": lambda: self.now}
        policy = DeliveryPolicy(DeliverySettings(when="asked"), spool, self.clock, **readers)
        self.collector = StatusCollector(
            spool=spool,
            clock=self.clock,
            status=self.status,
            blocked_reason=policy.blocked_reason,
            interface=lambda: policy.network.interface,
            machine=Machine(),
            log=LogBuffer(self.clock),
            remote_config=RemoteConfig(home, Config()),
            commands=CommandRunner(spool.command_results, {}),
            record_uploader=RecordUploader(client, spool.records, monotonic=lambda: self.now),
            free_bytes=lambda: self.room,
            focus_state=self.focus.state,
            grant_focus=self.focus.grant,
            monotonic=lambda: self.now,
        )

    def beat(self, folder):
        self.collector.maintain()
        least = message(self.status, self.spool.counts(), self.clock, seq=1, folder=folder, uptime_s=1.0)
        return to_message(self.collector.collect(least))


@pytest.fixture
def world(home, server, filled):
    with closing(Client(server.url, token=home.token(), timeout_s=5)) as client:
        yield World(home, filled.spool, client)


def test_a_heartbeat_with_all_that_is_known_has_the_golden_keys(world, tmp_path):
    world.synced = True
    world.spool.command_results.start("7f0c6a52")
    world.collector.remote_config.receive({"revision": 2, "interval_s": -1})
    beat = world.beat(tmp_path)
    assert set(beat) == set(FULL)
    assert set(beat["clock_fixes"][0]) == set(FULL["clock_fixes"][0])
    assert beat["clock_fixes"][0]["offset_ns"] == TRUE - 5
    assert list(beat["commands"]) == [{"id": "7f0c6a52", "state": "running"}]
    assert set(beat["config_error"]) == set(FULL["config_error"])
    assert (beat["network"], beat["clock"]) == ("wlan0", {"quality": "synced"})


def test_the_golden_answer_is_received_in_all_its_parts(world, tmp_path):
    world.synced = True
    world.spool.command_results.start("8b11d0e4")
    world.beat(tmp_path)
    assert world.collector.handle_response(golden("heartbeat_answer_full"))
    assert world.status.config_revision == 2
    assert world.spool.clock_fixes.unreported() == []
    assert [result.id for result in world.spool.command_results.unacknowledged()] == [
        "7f0c6a52",
        "90d2e7aa",
        "a4c3f00b",
        "b5d4011c",
        "c6e5122d",
    ]


@pytest.mark.parametrize(
    "response", [{}, {"commands": 7, "clock_fixes_stored": "x", "config": []}, {"commands_acknowledged": [3]}]
)
def test_an_answer_that_makes_no_sense_changes_nothing(world, response):
    assert not world.collector.handle_response(response)
    assert world.status.config_revision == 0


def test_captures_are_corrected_before_the_beat_that_tells_the_fix(world, filled, tmp_path):
    filled.put("capture-1")
    world.spool.index.change("UPDATE captures SET clock = 'unknown', boot = ?, wall_ns = 7", FULL["boot"])
    world.clock.learn(TRUE, 5, 5)
    beat = world.beat(tmp_path)
    assert beat["clock_fixes"][0]["source"] == "server"
    capture = world.spool.next_pending()
    assert (capture.captured_at.quality, capture.captured_at.wall_ns) == (
        ClockQuality.ESTIMATED,
        TRUE - 5 + NOW.monotonic_ns,
    )


def test_people_are_warned_of_what_will_go_wrong(world, tmp_path):
    world.room = -1
    warnings = world.beat(tmp_path)["warnings"]
    assert "The card is full" in warnings[0]
    assert "camera-agent deliver" in warnings[1]
    assert "The time is not known yet" in warnings[2]


def test_people_are_warned_of_log_messages_that_were_dropped_until_the_log_counts_them(
    world, tmp_path, monkeypatch
):
    monkeypatch.setattr(records, "MAX_RECORDS", 5)
    world.spool.records.log([(NOW, {"message_type": "camera:x"})] * 7)
    assert "2 log messages were dropped" in " ".join(world.beat(tmp_path)["warnings"])
    world.collector.handle_response({})
    assert "log messages" not in " ".join(world.beat(tmp_path)["warnings"])
    [record], _ = world.spool.records.batch()
    assert record["data"] == {"message_type": "camera:log_left_out", "messages": 2}


def test_an_agent_that_starts_again_and_again_says_so(world, tmp_path):
    for _ in range(6):
        record_start(world.spool.key_values, world.clock.now())
    beat = world.beat(tmp_path)
    assert beat["recent_starts"] == 6
    assert "The agent was started 6 times within 10 minutes" in " ".join(beat["warnings"])


def test_an_agent_that_nobody_hears_notes_how_it_was(world, tmp_path):
    for _ in range(5):
        world.now += OFFLINE_LOG_S / 2
        world.beat(tmp_path)
    found, _ = world.spool.records.batch()
    assert [record["data"]["message_type"] for record in found] == ["camera:offline"] * 2
    assert {"temperature_c", "pending", "state"} <= set(found[0]["data"])
    world.collector.handle_response({})
    assert world.spool.records.count() == 0


def test_a_camera_tells_its_battery(world, tmp_path):
    world.status.camera_health = {"battery_percent": 81, "other": "x"}
    assert world.beat(tmp_path)["driver_battery_percent"] == 81.0


def test_an_answer_grants_the_focus_aid_and_one_without_it_ends_it(world, tmp_path):
    world.collector.handle_response({"focus_s": 20.0})
    assert world.beat(tmp_path)["focus"] == {"state": "on", "message": ""}
    world.collector.handle_response({})
    assert world.beat(tmp_path)["focus"] == {"state": "off", "message": ""}
