"""Index templates, and how long what they hold is kept, for Elasticsearch 8 and 9 and for OpenSearch."""

from __future__ import annotations

from eliot_progress.elk.documents import PROGRESS_NUMBERS, PROGRESS_TEXTS, PROGRESS_TIMES

PATTERN = "logs-eliot-*"
POLICY = "eliot"
#: A part of the data stream is closed after a day or at this size, and removed this long after.
ROLL_SIZE = "25gb"
KEEP_DAYS = 30

_KEYWORD: dict[str, object] = {"type": "keyword", "ignore_above": 1024}
_WORDS: dict[str, object] = {"type": "text", "fields": {"keyword": _KEYWORD}}
_NUMBER: dict[str, object] = {"type": "double"}
_COUNT: dict[str, object] = {"type": "long"}
_TIME: dict[str, object] = {"type": "date"}


def mapping(own: dict[str, object]) -> dict[str, object]:
    """The typed fields. `own` is the type of the one field that holds what is the author's."""
    progress = {
        **dict.fromkeys((*PROGRESS_NUMBERS, "eta_low_s", "eta_high_s"), _NUMBER),
        **dict.fromkeys((*PROGRESS_TEXTS, "outcome", "reason"), _KEYWORD),
        **dict.fromkeys(PROGRESS_TIMES, _TIME),
        "seq": _COUNT,
    }
    return {
        # What has no type here is kept, but not searchable: no name can use up the index.
        "dynamic": False,
        "properties": {
            "@timestamp": _TIME,
            "ecs": _fields(version=_KEYWORD),
            "trace": _fields(id=_KEYWORD),
            "event": _fields(
                kind=_KEYWORD, action=_KEYWORD, outcome=_KEYWORD, start=_TIME, end=_TIME, duration=_COUNT
            ),
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
    """For `PUT _index_template/eliot`."""
    settings = {"index.lifecycle.name": POLICY, "index.mapping.total_fields.limit": 200}
    return _template(mapping({"type": "flattened", "ignore_above": 8191}), settings)


def opensearch_template() -> dict[str, object]:
    """For `PUT _index_template/eliot` of OpenSearch, whose name for `flattened` is `flat_object`."""
    return _template(mapping({"type": "flat_object"}), {"index.mapping.total_fields.limit": 200})


def lifecycle() -> dict[str, object]:
    """For `PUT _ilm/policy/eliot` of Elasticsearch."""
    roll = {"rollover": {"max_age": "1d", "max_primary_shard_size": ROLL_SIZE}}
    phases = {"hot": {"actions": roll}, "delete": {"min_age": f"{KEEP_DAYS}d", "actions": {"delete": {}}}}
    return {"policy": {"phases": phases}}


def state_management() -> dict[str, object]:
    """For `PUT _plugins/_ism/policies/eliot` of OpenSearch."""
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
        # Above Elasticsearch's own template for logs-*-*, which has 100.
        "priority": 500,
        "template": {"settings": settings, "mappings": mappings},
        "_meta": {"description": "Messages of eliot_progress"},
    }
