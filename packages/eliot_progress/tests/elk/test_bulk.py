from __future__ import annotations

import pytest
from elasticsearch import Elasticsearch
from tests.elk_cluster import Cluster
from tests.waiting import until

from eliot_progress import context, progress
from eliot_progress.adapters.elasticsearch import sender
from eliot_progress.elk import bulk, templates
from eliot_progress.elk.bulk import BulkDestination
from eliot_progress.elk.documents import document_id
from eliot_progress.elk.letters import letters


@pytest.fixture(params=["flattened", "flat_object"])
def cluster(request, served):
    template = (
        templates.elasticsearch_template()
        if request.param == "flattened"
        else templates.opensearch_template()
    )
    return served(Cluster(template["template"]["mappings"]))


@pytest.fixture
def destination(cluster, tmp_path):
    client = Elasticsearch(cluster.url)
    destination = BulkDestination(sender(client), tmp_path / "dead", first_pause_s=0.001)
    yield destination
    destination.close()
    client.close()


def message(n, **fields):
    return {"task_uuid": "u", "task_level": [n], "timestamp": 1.0, "message_type": "m", **fields}


def test_real_messages_fit_the_mapping_and_arrive_once(cluster, destination, log):
    with context.start("click", user="editor", deep={"a.b": [{"": 1}], "x": [[1], "y"]}):
        for item in progress(range(3), "Counting", unit="thing", about="app.Thing:1"):
            context.log_message("saw", item=item, text="x" * 40_000, none=None, password="hunter2")
    for each in [*log, *log]:
        destination(each)
    assert destination.flush()
    assert (cluster.wrong, destination.dead) == ([], 0)
    assert set(cluster.documents) == {document_id(each) for each in log}
    assert "hunter2" not in repr(cluster.documents)


def test_ends_say_how_long_the_action_took_also_when_they_are_sent_again(cluster, destination, log):
    cluster.troubles = [503, "some", "cut"]
    with context.start("click"), pytest.raises(LookupError), context.start("inner"):
        raise LookupError
    for each in log:
        destination(each)
    assert destination.flush(20)
    (begun, ended) = (m for m in log if m.get("action_type") == "click")
    events = [cluster.documents[document_id(message)]["event"] for message in log]
    assert [event["action"] for event in events if "duration" in event] == ["inner", "click"]
    assert events[-1]["duration"] == round((ended["timestamp"] - begun["timestamp"]) * 1e9)
    assert cluster.wrong == []


@pytest.mark.parametrize(
    "troubles",
    [
        [429],
        [503, 429],
        ["some"],
        ["some", "some", 429],
        ["cut"],
        ["lost"],
        ["odd"],
        ["cut", 500, "some", "lost"],
    ],
    ids=str,
)
def test_whatever_trouble_the_cluster_is_in_each_message_arrives_once(cluster, destination, troubles, capsys):
    cluster.troubles = list(troubles)
    for n in range(1, 41):
        destination(message(n))
    assert destination.flush(20)
    assert set(cluster.documents) == {document_id(message(n)) for n in range(1, 41)}
    assert (cluster.wrong, destination.dead) == ([], 0)
    assert destination.again == len(troubles)
    assert capsys.readouterr().err.count("It is sent again.") == 1


def test_a_cluster_in_trouble_is_asked_for_less_at_a_time(cluster, destination):
    cluster.troubles = [429, 429, 429]
    sizes, send = [], destination._send
    destination._send = lambda pairs: (sizes.append(len(pairs)), send(pairs))[1]
    for n in range(1, 1001):
        destination(message(n))
    assert destination.flush(20)
    assert sizes[:4] == [1000, 500, 250, 125]
    assert len(cluster.documents) == 1000


def test_a_request_that_is_too_big_is_cut_until_it_fits(cluster, destination):
    cluster.longest = 20_000
    for n in range(1, 21):
        destination(message(n, text="x" * 4_000))
    assert destination.flush(20)
    assert len(cluster.documents) == 20
    assert destination.dead == 0


def test_what_the_cluster_never_takes_is_kept_with_the_reason_and_can_be_sent_later(
    cluster, destination, tmp_path
):
    del cluster.mapping["properties"]["ecs"]
    destination(message(1))
    assert destination.flush(20)
    assert (cluster.documents, destination.dead) == ({}, 1)
    assert b"has no type" in (tmp_path / "dead").read_bytes()
    cluster.mapping["properties"]["ecs"] = {"properties": {"version": {"type": "keyword"}}}
    for each in letters(tmp_path / "dead"):
        destination(each)
    assert destination.flush(20)
    assert set(cluster.documents) == {document_id(message(1))}


def test_too_many_waiting_messages_go_to_the_dead_letters_and_the_caller_never_waits(
    cluster, destination, tmp_path, monkeypatch
):
    monkeypatch.setattr(bulk, "LIMIT", 10)
    cluster.troubles = [503] * 1_000_000
    for n in range(1, 31):
        destination(message(n))
    assert destination.dead >= 20
    until(lambda: destination.again)
    cluster.troubles = []
    assert destination.flush(20)
    kept = {document_id(each) for each in letters(tmp_path / "dead")} | set(cluster.documents)
    assert kept == {document_id(message(n)) for n in range(1, 31)}


def test_what_cannot_be_sent_before_the_end_is_kept(cluster, destination, tmp_path):
    cluster.troubles = [503] * 1_000_000
    destination(message(1))
    destination.close(0.05)
    destination(message(2))
    assert until(lambda: [m["task_level"] for m in letters(tmp_path / "dead")]) == [[1], [2]]
