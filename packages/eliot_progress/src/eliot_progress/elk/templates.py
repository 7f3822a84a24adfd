"""Index templates and retention policies for Elasticsearch 8 and 9 and for OpenSearch."""

from __future__ import annotations

#: The version of the Elastic Common Schema whose field names are used.
ECS = "8.17.0"
INDEX = "logs-eliot-default"
PATTERN = "logs-eliot-*"
POLICY = "eliot"
#: A data stream's index is rolled over after a day or at this size, and deleted this long afterwards.
ROLL_SIZE = "25gb"
KEEP_DAYS = 30

#: The fields of a progress report, as `filebeat.js` fills them in.
_NUMBERS = ("done", "total", "rate", "grace_s", "eta_low_s", "eta_high_s")
_TEXTS = ("description", "about", "by", "unit", "step", "note", "outcome", "reason")
_TIMES = ("started_at", "heartbeat_at", "advanced_at", "next_by")

_KEYWORD: dict[str, object] = {"type": "keyword", "ignore_above": 1024}
_WORDS: dict[str, object] = {"type": "text", "fields": {"keyword": _KEYWORD}}
_NUMBER: dict[str, object] = {"type": "double"}
_COUNT: dict[str, object] = {"type": "long"}
_TIME: dict[str, object] = {"type": "date"}


def mapping(own: dict[str, object]) -> dict[str, object]:
    """Return the mapping of the typed fields. `own` is the type of the one field for the author's fields."""
    progress = {
        **dict.fromkeys(_NUMBERS, _NUMBER),
        **dict.fromkeys(_TEXTS, _KEYWORD),
        **dict.fromkeys(_TIMES, _TIME),
        "seq": _COUNT,
    }
    return {
        # Other fields are stored but not indexed, so that their names can't exhaust the index.
        "dynamic": False,
        "properties": {
            "@timestamp": _TIME,
            "ecs": _fields(version=_KEYWORD),
            "trace": _fields(id=_KEYWORD),
            "event": _fields(kind=_KEYWORD, action=_KEYWORD, outcome=_KEYWORD),
            "error": _fields(type=_KEYWORD, message=_WORDS),
            "log": _fields(level=_KEYWORD, logger=_KEYWORD),
            "message": _WORDS,
            "host": _fields(name=_KEYWORD),
            "process": _fields(pid=_COUNT),
            "eliot": _fields(id=_KEYWORD, task_uuid=_KEYWORD, path=_KEYWORD, parent=_KEYWORD, kind=_KEYWORD),
            "progress": {"properties": progress},
            "data": own,
        },
    }


def elasticsearch_template() -> dict[str, object]:
    """Return the body of `PUT _index_template/eliot`."""
    settings = {"index.lifecycle.name": POLICY, "index.mapping.total_fields.limit": 200}
    return _template(mapping({"type": "flattened", "ignore_above": 8191}), settings)


def opensearch_template() -> dict[str, object]:
    """Return the body of `PUT _index_template/eliot` for OpenSearch.

    OpenSearch's name for `flattened` is `flat_object`.
    """
    return _template(mapping({"type": "flat_object"}), {"index.mapping.total_fields.limit": 200})


def lifecycle() -> dict[str, object]:
    """Return the body of `PUT _ilm/policy/eliot` for Elasticsearch."""
    roll = {"rollover": {"max_age": "1d", "max_primary_shard_size": ROLL_SIZE}}
    phases = {"hot": {"actions": roll}, "delete": {"min_age": f"{KEEP_DAYS}d", "actions": {"delete": {}}}}
    return {"policy": {"phases": phases}}


def state_management() -> dict[str, object]:
    """Return the body of `PUT _plugins/_ism/policies/eliot` for OpenSearch."""
    roll = {"rollover": {"min_index_age": "1d", "min_primary_shard_size": ROLL_SIZE}}
    old = [{"state_name": "old", "conditions": {"min_rollover_age": f"{KEEP_DAYS}d"}}]
    return {
        "policy": {
            "description": f"Roll over daily or at {ROLL_SIZE}, remove after {KEEP_DAYS} days.",
            "default_state": "new",
            "states": [
                {"name": "new", "actions": [roll], "transitions": old},
                {"name": "old", "actions": [{"delete": {}}], "transitions": []},
            ],
            "ism_template": [{"index_patterns": [PATTERN], "priority": 500}],
        }
    }


def _fields(**types: dict[str, object]) -> dict[str, object]:
    return {"properties": types}


def _template(mappings: dict[str, object], settings: dict[str, object]) -> dict[str, object]:
    return {
        "index_patterns": [PATTERN],
        "data_stream": {},
        # Elasticsearch's own template for logs-*-* has 100.
        "priority": 500,
        "template": {"settings": settings, "mappings": mappings},
        "_meta": {"description": "Messages of eliot_progress"},
    }
