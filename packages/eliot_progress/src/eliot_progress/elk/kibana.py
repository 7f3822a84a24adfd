"""Kibana's saved objects: a data view, three searches, two charts and a dashboard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from eliot_progress.elk.templates import PATTERN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VIEW = "eliot"
_SOURCE = "kibanaSavedObjectMeta.searchSourceJSON.index"
Saved = dict[str, object]
_COUNT: Saved = {"type": "count", "params": {}}


def saved_objects() -> list[Saved]:
    """Return the objects, each after those that it refers to."""
    running = ("progress.description", "progress.about", "progress.done", "progress.total", "progress.step")
    failed = ("event.action", "error.type", "error.message", "trace.id")
    parts = [
        _search(
            "eliot-running",
            "Running tasks",
            "eliot.kind: (progress or heartbeat) and not progress.outcome: *",
            [*running, "progress.rate", "progress.eta_high_s", "progress.next_by", "host.name"],
        ),
        _search("eliot-failed", "Failures", "event.outcome: failure and eliot.kind: failed", failed),
        _search("eliot-messages", "All messages", "eliot.kind: *", ("event.action", "eliot.path", "data")),
        _chart("eliot-outcomes", "Ended actions by outcome", "event.outcome: *", "event.outcome"),
        _chart("eliot-actions", "Failures by action", "event.outcome: failure", "event.action"),
    ]
    view = {
        "title": PATTERN,
        "name": "eliot",
        "timeFieldName": "@timestamp",
    }
    return [_object("index-pattern", _VIEW, view, []), *parts, _dashboard(parts)]


def ndjson() -> str:
    """Return the file for Kibana's import: one object for each line."""
    return "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in saved_objects())


def _object(kind: str, name: str, attributes: Mapping[str, object], references: Sequence[Saved]) -> Saved:
    return {
        "id": name,
        "type": kind,
        "attributes": dict(attributes),
        "references": list(references),
        "managed": False,
    }


def _search_source(query: str) -> Saved:
    source = {"query": {"query": query, "language": "kuery"}, "filter": [], "indexRefName": _SOURCE}
    return {"searchSourceJSON": json.dumps(source)}


def _to_view() -> list[Saved]:
    return [{"name": _SOURCE, "type": "index-pattern", "id": _VIEW}]


def _search(name: str, title: str, query: str, columns: Sequence[str]) -> Saved:
    attributes = {
        "title": title,
        "description": "",
        "columns": list(columns),
        "sort": [["@timestamp", "desc"]],
        "kibanaSavedObjectMeta": _search_source(query),
    }
    return _object("search", name, attributes, _to_view())


def _chart(name: str, title: str, query: str, by: str, metric: Saved = _COUNT) -> Saved:
    aggregations = [
        {"id": "1", "enabled": True, "schema": "metric", **metric},
        {
            "id": "2",
            "enabled": True,
            "type": "date_histogram",
            "schema": "segment",
            "params": {"field": "@timestamp", "interval": "auto", "min_doc_count": 1},
        },
        {
            "id": "3",
            "enabled": True,
            "type": "terms",
            "schema": "group",
            "params": {"field": by, "size": 10, "order": "desc", "orderBy": "1"},
        },
    ]
    state = {"title": title, "type": "histogram", "aggs": aggregations, "params": {"addLegend": True}}
    attributes = {
        "title": title,
        "description": "",
        "version": 1,
        "uiStateJSON": "{}",
        "visState": json.dumps(state),
        "kibanaSavedObjectMeta": _search_source(query),
    }
    return _object("visualization", name, attributes, _to_view())


def _dashboard(parts: Sequence[Saved]) -> Saved:
    panels = [
        {
            "type": part["type"],
            "panelIndex": str(n),
            "panelRefName": f"panel_{n}",
            "gridData": {"i": str(n), "x": 24 * (n % 2), "y": 15 * (n // 2), "w": 24, "h": 15},
            "embeddableConfig": {},
        }
        for n, part in enumerate(parts)
    ]
    references: list[Saved] = [
        {"name": f"{n}:panel_{n}", "type": part["type"], "id": part["id"]} for n, part in enumerate(parts)
    ]
    source = {"query": {"query": "", "language": "kuery"}, "filter": []}
    attributes = {
        "title": "Running tasks and failures",
        "description": "Running tasks, failures, and all messages.",
        "version": 1,
        "timeRestore": True,
        "timeFrom": "now-15m",
        "timeTo": "now",
        "refreshInterval": {"pause": False, "value": 5000},
        "optionsJSON": json.dumps({"useMargins": True, "hidePanelTitles": False}),
        "panelsJSON": json.dumps(panels),
        "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
    }
    return _object("dashboard", "eliot-overview", attributes, references)
