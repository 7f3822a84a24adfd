from __future__ import annotations

import threading

import pytest

from camera_agent.clock import Clock, ClockQuality
from camera_agent.errors import SpoolError
from camera_agent.link.client import Client
from camera_agent.spool.counts import Counts
from camera_agent.status import Status
from camera_agent.telemetry import EVERY_S, Heart, message
from tests.golden import golden
from tests.server import Fault

COUNTS = Counts(pending=3, bytes=614_400, refused=0, records=2, oldest_ns=1_795_470_578_031_250_000)
#: What `reporting` adds, and its own test compares.
TOLD_BY_OTHERS = {
    "config_error",
    "clock_fixes",
    "battery_percent",
    "driver_battery_percent",
    "temperature_c",
    "throttled",
    "rss_bytes",
    "network",
    "timezone",
    "warnings",
    "commands",
}


def test_a_heartbeat_has_the_golden_keys(tmp_path):
    beat = message(Status(driver="simulated"), COUNTS, Clock(), seq=12, folder=tmp_path, uptime_s=83.4)
    expected = golden("heartbeat_full")
    assert set(beat) == set(expected) - TOLD_BY_OTHERS
    for name in ("spool", "disk", "versions"):
        assert set(beat[name]) == set(expected[name])
    assert (beat["every_s"], beat["grace_s"], beat["spool"]) == (5.0, 10.0, expected["spool"])


class Knowing:
    """Stands for whoever knows more: some facts, and the answers it hears."""

    def __init__(self) -> None:
        self.tidied, self.answers, self.trouble, self.news = 0, [], None, False

    def tidy(self) -> None:
        self.tidied += 1
        if self.trouble is not None:
            raise self.trouble

    def facts(self):
        return {"network": "wlan0"}

    def heard(self, answer) -> bool:
        self.answers.append(answer)
        return self.news


@pytest.fixture
def heart(home, server):
    clock, status, knowing = Clock(synced=lambda: False), Status(driver="simulated"), Knowing()
    client = Client(server.url, timeout_s=5)
    heart = Heart(
        client,
        status,
        clock,
        home=home,
        counts=lambda: COUNTS,
        stop=threading.Event(),
        reporting=knowing,
    )
    heart.clock, heart.status, heart.knowing = clock, status, knowing
    yield heart
    client.close()


def test_a_beat_reaches_the_server_and_its_answer_the_agent(heart, server, home):
    server.config = {"revision": 4, "interval_s": 7.0}
    assert heart.beat().status == 200
    assert heart.knowing.answers[0]["config"] == server.config
    assert heart.clock.now().quality is ClockQuality.ESTIMATED
    heart.beat()
    assert [beat["seq"] for beat in server.heartbeats] == [1, 2]
    assert server.heartbeats[1]["network"] == "wlan0"
    assert heart.knowing.tidied == 2
    assert home.read(home.status_file)["seq"] == 2


def test_what_is_new_is_told_before_the_next_beat_is_due(heart, server):
    heart.knowing.news = True
    running = threading.Thread(target=heart.run)
    running.start()
    server.wait_for(lambda: len(server.heartbeats) >= 2, EVERY_S - 1)
    heart.knowing.news = False
    heart._stop.set()
    heart.wake()
    running.join(EVERY_S)
    assert not running.is_alive()


@pytest.mark.parametrize("status", [400, 404])
def test_a_server_of_another_version_is_one_sentence_and_no_end(heart, server, status):
    server.fail(Fault("refuse", path="/heartbeat", value=status))
    heart.beat()
    assert "Update the older of the two" in heart.status.state()[1]
    heart.beat()
    assert heart.status.state() == ("idle", "")


def test_a_spool_that_takes_nothing_does_not_silence_the_heart(heart, server):
    heart.knowing.trouble = SpoolError("The card is read-only.")
    assert heart.beat().status == 200
    assert "read-only" in server.heartbeats[0]["state_detail"]
    heart.knowing.trouble = None
    heart.beat()
    assert server.heartbeats[1]["state_detail"] == ""


def test_a_spool_that_can_t_be_counted_tells_what_it_held_last(heart, server):
    heart.beat()

    def full() -> Counts:
        raise SpoolError("The card is worn out.")

    heart._counts = full
    heart.beat()
    assert [beat["spool"]["pending"] for beat in server.heartbeats] == [3, 3]
    assert "worn out" in server.heartbeats[1]["state_detail"]


@pytest.mark.parametrize(
    "time", ["", "soon", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z"]
)
def test_a_time_that_cant_be_is_not_learnt(heart, server, time):
    server.time = time
    assert heart.beat().status == 200
    assert heart.clock.now().quality is ClockQuality.UNKNOWN


def test_without_a_network_it_beats_on_and_says_so(heart, server):
    server.__exit__()
    assert heart.beat() is None
    assert heart.status.state()[0] == "error"


def test_a_revoked_token_is_an_answer_too(heart, server):
    server.tokens.clear()
    assert heart.beat().status == 401


def test_a_card_that_takes_no_status_file_does_not_silence_the_heart(heart, home):
    home.status_file.mkdir()
    assert heart.beat().status == 200
