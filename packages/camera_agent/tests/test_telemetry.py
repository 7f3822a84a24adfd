from __future__ import annotations

import threading

import pytest

from camera_agent.clock import Clock, ClockQuality
from camera_agent.link.client import Answer, Client
from camera_agent.spool.store import Counts
from camera_agent.status import Status
from camera_agent.telemetry import Heart, message, wished_interval
from tests.golden import golden

COUNTS = Counts(pending=3, bytes=614_400, refused=0)


def test_a_heartbeat_has_the_golden_keys(tmp_path):
    beat = message(Status(driver="simulated"), COUNTS, Clock(), seq=12, folder=tmp_path, uptime_s=83.4)
    expected = golden("heartbeat")
    assert set(beat) == set(expected)
    for name in ("spool", "disk", "versions"):
        assert set(beat[name]) == set(expected[name])
    assert (beat["every_s"], beat["grace_s"], beat["spool"]) == (5.0, 10.0, expected["spool"])


def wish(**config) -> Answer:
    return Answer(status=200, headers={}, body={"config": config})


@pytest.mark.parametrize(
    ("answer", "wished"),
    [
        (wish(revision=1, interval_s=2.0), (1, 2.0)),
        (wish(revision=0, interval_s=2.0), None),
        (wish(revision=2, interval_s=0), None),
        (wish(revision="2", interval_s=1), None),
        (wish(revision=2), None),
        (Answer(status=200, headers={}, body={"config": None}), None),
    ],
)
def test_only_a_newer_and_sensible_configuration_is_taken(answer, wished):
    assert wished_interval(answer, Status(driver="x")) == wished


@pytest.fixture
def heart(home, server):
    clock, status, changes = Clock(synced=lambda: False), Status(driver="simulated"), []
    client = Client(server.url, timeout_s=5)
    heart = Heart(
        client,
        status,
        clock,
        home=home,
        counts=lambda: COUNTS,
        stop=threading.Event(),
        changed=changes.append,
    )
    heart.clock, heart.status, heart.changes = clock, status, changes
    yield heart
    client.close()


def test_a_beat_reaches_the_server_and_its_answer_the_agent(heart, server, home):
    server.config = {"revision": 4, "interval_s": 7.0}
    assert heart.beat().status == 200
    assert heart.changes == [7.0]
    assert heart.status.config_revision == 4
    assert heart.clock.now().quality is ClockQuality.ESTIMATED
    heart.beat()
    assert heart.changes == [7.0]
    assert [beat["seq"] for beat in server.heartbeats] == [1, 2]
    assert server.heartbeats[1]["config_revision"] == 4
    assert home.read(home.status_file)["seq"] == 2


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
