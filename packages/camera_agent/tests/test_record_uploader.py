from __future__ import annotations

import pytest

from camera_agent.courier import NO_DOOR_S, TROUBLE_S, Courier
from camera_agent.link.client import Client
from tests.server import Fault
from tests.spool.conftest import NOW


@pytest.fixture
def carrying(server, filled):
    client = Client(server.url, token=server.add_token(), timeout_s=5)

    class Carrying:
        now = 0.0
        records = filled.spool.records
        courier = Courier(client, records, monotonic=lambda: Carrying.now)

    for number in range(3):
        Carrying.records.log([(NOW, {"message_type": "camera:x", "n": number})])
    yield Carrying
    client.close()


def test_what_waits_is_brought_and_let_go(carrying, server):
    assert carrying.courier.carry() == 3
    assert [record["data"]["n"] for record in server.records.values()] == [0, 1, 2]
    assert carrying.records.count() == 0
    assert carrying.courier.carry() == 0


def test_a_lost_answer_brings_nothing_twice_into_the_store(carrying, server):
    server.fail(Fault("lose_answer", path="/records"))
    carrying.courier.carry()
    carrying.now += TROUBLE_S
    carrying.courier.carry()
    assert carrying.records.count() == 0
    assert len(server.records) == 3


@pytest.mark.parametrize(("status", "wait_s"), [(404, NO_DOOR_S), (500, TROUBLE_S)])
def test_a_server_that_takes_none_is_asked_again_later(carrying, server, status, wait_s):
    server.fail(Fault("refuse", path="/records", value=status))
    assert carrying.courier.carry() == 0
    assert carrying.courier.carry() == 0
    assert server.requests.count(("POST", "/records")) == 1
    carrying.now += wait_s
    assert carrying.courier.carry() == 3


def test_records_that_a_server_will_never_take_do_not_stop_the_rest(carrying, server, monkeypatch):
    monkeypatch.setattr("camera_agent.spool.records.BATCH", 1)
    server.fail(Fault("refuse", path="/records", value=400))
    assert carrying.courier.carry() == 2
    assert [record["data"]["n"] for record in server.records.values()] == [1, 2]
