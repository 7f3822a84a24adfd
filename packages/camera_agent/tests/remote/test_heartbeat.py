from __future__ import annotations

import math
import threading

import msgspec
import pytest

from camera_agent.errors import SpoolError
from camera_agent.host.clock import Clock, ClockQuality
from camera_agent.protocol.messages import to_message
from camera_agent.remote.client import Client
from camera_agent.remote.heartbeat import INTERVAL_S, Heartbeat, message
from camera_agent.spool.counts import SpoolCounts
from camera_agent.status import Status
from tests.golden import golden
from tests.server import Fault

COUNTS = SpoolCounts(pending=3, bytes=614_400, refused=0, records=2, oldest_ns=1_795_470_578_031_250_000)


def test_a_heartbeat_has_the_golden_keys(tmp_path):
    status = Status(driver="simulated")
    beat = to_message(message(status, COUNTS, Clock(), seq=12, folder=tmp_path, uptime_s=83.4))
    expected = golden("heartbeat_full")
    assert set(beat) == set(expected)
    for name in ("spool", "disk", "versions"):
        assert set(beat[name]) == set(expected[name])
    assert (beat["every_s"], beat["grace_s"], beat["spool"]) == (5.0, 10.0, expected["spool"])


class Knowing:
    """Stands for whoever knows more: some facts, and the answers it hears."""

    def __init__(self) -> None:
        self.tidied, self.answers, self.trouble, self.news = 0, [], None, False

    def maintain(self) -> None:
        self.tidied += 1
        if self.trouble is not None:
            raise self.trouble

    def collect(self, heartbeat):
        return msgspec.structs.replace(heartbeat, network="wlan0")

    def handle_response(self, response) -> bool:
        self.answers.append(response)
        return self.news


@pytest.fixture
def heartbeat(home, server):
    clock, status, knowing = Clock(error_ms=lambda: None), Status(driver="simulated"), Knowing()
    client = Client(server.url, timeout_s=5)
    heartbeat = Heartbeat(
        client,
        status,
        clock,
        home=home,
        counts=lambda: COUNTS,
        stop=threading.Event(),
        due=threading.Event(),
        collector=knowing,
    )
    heartbeat.clock, heartbeat.status, heartbeat.knowing = clock, status, knowing
    yield heartbeat
    client.close()


@pytest.mark.parametrize("status", [200, 302, 403, 407, 413, 502])
def test_a_portal_that_answers_in_the_servers_place_is_a_problem_of_the_network(heartbeat, server, status):
    heartbeat.status.set_problem("server", "The server is of another version.")
    server.fail(Fault("proxy", path="/heartbeat", value=status))
    heartbeat.send()
    state, detail = heartbeat.status.state()
    assert state == "error"
    assert "another version" in detail  # a portal proves nothing about the server
    assert heartbeat.knowing.answers == []
    assert heartbeat.status.answered_at == -math.inf
    heartbeat.send()
    assert heartbeat.status.state() == ("idle", "")
    assert heartbeat.status.answered_at > 0


def test_another_server_than_the_paired_one_gets_no_heartbeat_and_no_token(heartbeat, server, home):
    home.write(home.identity_file, {"server": "https://elsewhere.example"})
    assert heartbeat.send() is None
    assert server.requests == []
    state, detail = heartbeat.status.state()
    assert (state, f"Pair it there, too: camera-agent pair {server.url}" in detail) == ("error", True)
    home.write(home.identity_file, {"server": server.url})
    assert heartbeat.send().status == 200
    assert heartbeat.status.state() == ("idle", "")


def test_a_beat_reaches_the_server_and_its_answer_the_agent(heartbeat, server, home):
    server.config = {"revision": 4, "interval_s": 7.0}
    assert heartbeat.send().status == 200
    assert heartbeat.knowing.answers[0]["config"] == server.config
    assert heartbeat.clock.now().quality is ClockQuality.ESTIMATED
    heartbeat.send()
    assert [beat["seq"] for beat in server.heartbeats] == [1, 2]
    assert server.heartbeats[1]["network"] == "wlan0"
    assert heartbeat.knowing.tidied == 2
    assert home.read(home.status_file)["seq"] == 2


def test_what_is_new_is_reported_before_the_next_beat_is_due(heartbeat, server):
    heartbeat.knowing.news = True
    running = threading.Thread(target=heartbeat.run)
    running.start()
    server.wait_for(lambda: len(server.heartbeats) >= 2, INTERVAL_S - 1)
    heartbeat.knowing.news = False
    heartbeat._stop.set()
    heartbeat._due.set()
    running.join(INTERVAL_S)
    assert not running.is_alive()


@pytest.mark.parametrize("status", [400, 404])
def test_a_server_of_another_version_is_one_sentence_and_no_end(heartbeat, server, status):
    server.fail(Fault("refuse", path="/heartbeat", value=status))
    heartbeat.send()
    assert "Update the older of the two" in heartbeat.status.state()[1]
    heartbeat.send()
    assert heartbeat.status.state() == ("idle", "")


def test_a_spool_that_takes_nothing_does_not_silence_the_heartbeat(heartbeat, server):
    heartbeat.knowing.trouble = SpoolError("The card is read-only.")
    assert heartbeat.send().status == 200
    assert "read-only" in server.heartbeats[0]["state_detail"]
    heartbeat.knowing.trouble = None
    heartbeat.send()
    assert server.heartbeats[1]["state_detail"] == ""


def test_a_spool_that_can_t_be_counted_tells_what_it_held_last(heartbeat, server):
    heartbeat.send()

    def full() -> SpoolCounts:
        raise SpoolError("The card is worn out.")

    heartbeat._counts = full
    heartbeat.send()
    assert [beat["spool"]["pending"] for beat in server.heartbeats] == [3, 3]
    assert "worn out" in server.heartbeats[1]["state_detail"]


@pytest.mark.parametrize(
    "time", ["", "soon", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"]
)
def test_a_time_that_cant_be_is_not_learnt(heartbeat, server, time):
    server.time = time
    assert heartbeat.send().status == 200
    assert heartbeat.clock.now().quality is ClockQuality.UNKNOWN


def test_without_a_network_it_beats_on_and_says_so(heartbeat, server):
    server.__exit__()
    assert heartbeat.send() is None
    assert heartbeat.status.state()[0] == "error"


def test_a_revoked_token_is_an_answer_too(heartbeat, server):
    server.tokens.clear()
    assert heartbeat.send().status == 401


def test_a_card_that_takes_no_status_file_does_not_silence_the_heartbeat(heartbeat, home):
    home.status_file.mkdir()
    assert heartbeat.send().status == 200
