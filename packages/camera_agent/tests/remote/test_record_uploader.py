from __future__ import annotations

import pytest

from camera_agent.remote.client import Client
from camera_agent.remote.record_uploader import RETRY_S, UNSUPPORTED_RETRY_S, RecordUploader
from tests.server import Fault
from tests.spool.conftest import NOW


@pytest.fixture
def carrying(server, filled):
    client = Client(server.url, token=server.add_token(), timeout_s=5)

    class Carrying:
        now = 0.0
        records = filled.spool.records
        record_uploader = RecordUploader(client, records, monotonic=lambda: Carrying.now)

    for number in range(3):
        Carrying.records.log([(NOW, {"message_type": "camera:x", "n": number})])
    yield Carrying
    client.close()


def test_what_waits_is_brought_and_let_go(carrying, server):
    assert carrying.record_uploader.upload_pending() == 3
    assert [record["data"]["n"] for record in server.records.values()] == [0, 1, 2]
    assert carrying.records.count() == 0
    assert carrying.record_uploader.upload_pending() == 0


def test_a_lost_answer_brings_nothing_twice_into_the_store(carrying, server):
    server.fail(Fault("lose_answer", path="/records"))
    carrying.record_uploader.upload_pending()
    carrying.now += RETRY_S
    carrying.record_uploader.upload_pending()
    assert carrying.records.count() == 0
    assert len(server.records) == 3


@pytest.mark.parametrize(("status", "wait_s"), [(404, UNSUPPORTED_RETRY_S), (500, RETRY_S)])
def test_a_server_that_takes_none_is_asked_again_later(carrying, server, status, wait_s):
    server.fail(Fault("refuse", path="/records", value=status))
    assert carrying.record_uploader.upload_pending() == 0
    assert carrying.record_uploader.upload_pending() == 0
    assert server.requests.count(("POST", "/records")) == 1
    carrying.now += wait_s
    assert carrying.record_uploader.upload_pending() == 3


def test_one_record_that_a_server_will_never_take_neither_stops_nor_takes_along_the_rest(carrying, server):
    refused = Fault("refuse", path="/records", value=400)
    server.fail(refused, refused)  # the three of them, and then the first alone
    assert carrying.record_uploader.upload_pending() == 2
    assert [record["data"]["n"] for record in server.records.values()] == [1, 2]


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_records_that_a_proxy_refuses_are_kept_and_sent_again(carrying, server, status):
    server.fail(Fault("proxy", path="/records", value=status))
    assert carrying.record_uploader.upload_pending() == 0
    assert carrying.records.count() == 3
    carrying.now += RETRY_S
    assert carrying.record_uploader.upload_pending() == 3
