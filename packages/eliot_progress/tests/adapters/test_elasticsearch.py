from __future__ import annotations

import pytest
from elasticsearch import Elasticsearch
from tests.elk_cluster import Cluster

from eliot_progress.adapters.elasticsearch import destination, sender
from eliot_progress.elk import templates
from eliot_progress.elk.bulk import BulkError

PAIR = ({"create": {"_index": "logs-eliot-default", "_id": "0" * 40}}, {"message": "x"})


@pytest.fixture
def cluster(served):
    return served(Cluster(templates.elasticsearch_template()["template"]["mappings"]))


@pytest.fixture
def client(cluster):
    client = Elasticsearch(cluster.url)
    yield client
    client.close()


def test_one_call_is_one_request_which_the_client_does_not_repeat(cluster, client):
    cluster.troubles = [503]
    send = sender(client)
    with pytest.raises(BulkError) as refused:
        send([PAIR])
    assert (refused.value.status, cluster.requests) == (503, 1)
    answer = send([PAIR])
    assert answer["items"][0]["create"]["status"] == 201
    assert cluster.requests == 2


def test_a_cut_has_no_status(cluster, client):
    cluster.troubles = ["cut"]
    with pytest.raises(BulkError) as refused:
        sender(client)([PAIR])
    assert refused.value.status is None


def test_a_destination_sends_through_the_client(cluster, client, tmp_path):
    sends = destination(client, tmp_path / "dead")
    sends({"task_uuid": "u", "task_level": [1], "timestamp": 1.0, "message_type": "m"})
    assert sends.flush()
    sends.close()
    assert len(cluster.documents) == 1
