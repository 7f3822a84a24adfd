"""The dashboard asks for what the metrics have, and is laid out as Grafana expects."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from itertools import combinations

import pytest
from msgspec import structs
from tests import values

from queue_insight import snapshot
from queue_insight.metrics import exposition
from queue_insight.stores.memory import MemoryStore
from queue_insight.testing.states import FULL, save

DASHBOARD = json.loads((files("queue_insight") / "grafana" / "queues.json").read_text())
PANELS = DASHBOARD["panels"]
VARIABLES = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
TARGETS = [(panel["title"], target) for panel in PANELS for target in panel["targets"]]
SERIES = re.compile(r"(?P<name>[a-z_:][a-z0-9_:]*)(\{(?P<labels>[^}]*)\})? \S+")
#: What the queries are made of: functions of one metric, a metric, and matchers of its labels.
QUERY = re.compile(r"((?:sum|min|max)\()?(?P<name>[a-z_]+)(\{(?P<matchers>[^}]*)\})?\)?")
MATCHER = re.compile(r'([a-z_]+)(?:=~|!~|=|!=)"([^"]*)"')
#: What a reader of Valkey can't know.
OF_RABBITMQ = {"celery_active_consumer_count", "queue_insight_broker_delayed"}


def labels_by_metric(text):
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            series = SERIES.fullmatch(line)
            labels = re.findall(r'([a-z_]+)="', series["labels"] or "")
            found.setdefault(series["name"], set()).update(labels)
    return found


@pytest.fixture
def exported(app, with_publish_time):
    """The labels of each metric that a real broker and a collector's state give."""
    app.send_task("work.do")
    store = MemoryStore()
    save(store, replace_state(collected_at=1000.0, next_by=1e9))
    return labels_by_metric(exposition(snapshot(app, store=store)))


def replace_state(**fields):
    workers = tuple(structs.replace(each, last_seen_at=1000.0, slots=2) for each in FULL.workers[:1])
    return structs.replace(FULL, workers=workers, tasks=(), **fields)


def test_every_query_asks_for_a_metric_that_is_exported_by_labels_that_it_has(exported):
    for title, target in TARGETS:
        query = QUERY.fullmatch(target["expr"])
        assert query, (title, target["expr"])
        name = query["name"]
        matchers = MATCHER.findall(query["matchers"] or "")
        assert bool(query["matchers"]) == bool(matchers)
        labels = {label for label, _ in matchers} | set(
            re.findall(r"{{(\w+)}}", target.get("legendFormat", ""))
        )
        if name not in OF_RABBITMQ:
            assert labels <= exported[name], (title, name)


def test_the_queries_of_rabbitmq_ask_for_metrics_that_its_snapshots_have():
    queue = replace(values.queue(), consumers=2)
    found = labels_by_metric(exposition(values.snapshot(queues=(queue,), delayed_in_broker=())))
    assert found.keys() >= OF_RABBITMQ
    asked = {QUERY.fullmatch(target["expr"])["name"] for _, target in TARGETS}
    assert asked >= OF_RABBITMQ
    assert found["celery_active_consumer_count"] == {"queue_name"}


def test_every_metric_is_on_the_dashboard(exported):
    asked = {QUERY.fullmatch(target["expr"])["name"] for _, target in TARGETS}
    assert asked == exported.keys() | OF_RABBITMQ


def test_queries_use_only_variables_that_there_are():
    text = json.dumps(PANELS)
    assert set(re.findall(r"\$\{?(\w+)", text)) == VARIABLES.keys()
    assert VARIABLES["datasource"]["type"] == "datasource"
    query = re.fullmatch(r"label_values\((\w+), (\w+)\)", VARIABLES["queue"]["definition"])
    assert (query[1], query[2]) == ("celery_queue_length", "queue_name")
    assert VARIABLES["queue"]["query"]["query"] == query[0]


def test_every_panel_and_query_has_what_grafana_needs():
    assert DASHBOARD["schemaVersion"] >= 36
    assert DASHBOARD["uid"]
    assert DASHBOARD["title"]
    assert len({panel["id"] for panel in PANELS}) == len({panel["title"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["type"] in {"stat", "timeseries"}
        assert panel["description"]
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        refs = [target["refId"] for target in panel["targets"]]
        assert refs == ["A", "B", "C"][: len(refs)]
        steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [{"value": None}])
        assert steps[0]["value"] is None
        assert panel["fieldConfig"]["defaults"]["noValue"] == "not known"


def test_no_panel_covers_another_or_leaves_the_grid():
    places = [panel["gridPos"] for panel in PANELS]
    assert all(place["x"] + place["w"] <= 24 and place["h"] > 0 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
