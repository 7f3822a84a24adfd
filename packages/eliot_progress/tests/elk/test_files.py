from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.elk_mapping import check

from eliot_progress.elk import templates
from eliot_progress.elk.files import contents, write
from eliot_progress.elk.templates import INDEX
from eliot_progress.encoding import encode
from eliot_progress.testing.samples import sample

MAPPING = templates.elasticsearch_template()["template"]["mappings"]
UUID = "17348029-c0ed-4841-9690-67cfc59fa371"


def message(**fields):
    return {"task_uuid": UUID, "task_level": [2, 13], "timestamp": 1700000000.25, **fields}


STORY = [
    message(action_type="click", action_status="started", user="editor"),
    message(action_type="click", action_status="succeeded", status=200),
    message(action_type="click", action_status="failed", exception="builtins.KeyError", reason="no\nkey"),
    message(message_type="said", nested={"a.b": {"": [1, {"x": "y" * 9000}]}}, n=1.5, ok=True, none=None),
    message(message_type="deep", deep=json.loads("[" * 30 + "1" + "]" * 30)),
    message(message_type="log", logger="django", level="ERROR", message="Gone " * 3000, where="a.py:1"),
    sample(3, done=1.5, total=None, eta_s=(1.0, 2.5), rate=0.25, note="muxing", step="encode"),
    sample(4, done=4, total=4, outcome="succeeded"),
    sample(5, outcome="cancelled", reason="asked to"),
    {"task_uuid": "no uuid", "task_level": [1], "timestamp": "when", "message_type": "odd"},
    {"n": 1},
]


# Filebeat's part: an event with the parsed line in it.
RUN = """
const lines = require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean);
for (const line of lines) {
  const fields = {line: JSON.parse(line)};
  made({Get: name => fields[name], Put: (name, value) => { fields[name] = value; },
    Delete: name => { delete fields[name]; }});
  console.log(JSON.stringify(fields));
}
"""


def documents(*messages):
    """What `filebeat.js` makes of these messages."""
    code = contents()["filebeat.js"].replace("function process(", "function made(")
    lines = b"".join(map(encode, messages))
    node = shutil.which("node")
    done = subprocess.run([node, "-e", code + RUN], input=lines, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@functools.cache
def story():
    return documents(*STORY)


def test_an_end_has_its_outcome_and_a_failure_its_error():
    found = story()[2]
    assert found["event"] == {"kind": "event", "action": "click", "outcome": "failure"}
    assert found["error"] == {"type": "builtins.KeyError", "message": "no key"}
    assert found["trace"] == {"id": UUID.replace("-", "")}
    assert found["@timestamp"] == "2023-11-14T22:13:20.250Z"
    assert (found["eliot"]["path"], found["eliot"]["parent"]) == ("a2/b13", "a2")
    assert found["eliot"]["id"] == f"{UUID}@a2/b13"


def test_the_authors_fields_are_under_one_name_with_keys_that_an_index_accepts():
    data = story()[3]["data"]
    assert data["nested"] == {"a_b": {"_": [1, {"x": "y" * 8000}]}}
    assert (data["n"], data["ok"], data["none"]) == (1.5, True, None)
    assert story()[0]["data"] == {"user": "editor"}


def test_a_report_is_typed_and_unknown_values_are_omitted():
    found = story()[6]
    assert found["progress"]["eta_high_s"] == 2.5
    assert found["progress"]["started_at"] == "1970-01-01T00:01:40.000Z"
    assert found["event"] == {"kind": "event", "action": "render:movie"}
    assert "total" not in found["progress"]
    assert "data" not in found


def test_a_log_record_has_its_message_and_level():
    found = story()[5]
    assert found["message"] == ("Gone " * 3000)[:7999] + "…"
    assert found["log"] == {"level": "ERROR", "logger": "django"}
    assert found["data"] == {"where": "a.py:1"}


def test_a_malformed_message_is_dated_1970_and_has_no_trace():
    found = story()[9]
    assert found["@timestamp"] == "1970-01-01T00:00:00.000Z"
    assert "trace" not in found


def test_a_malformed_report_has_only_the_fields_that_fit():
    odd = dict.fromkeys(("seq", "done", "total", "rate", "eta_s", "started_at", "pid", "outcome"), "odd")
    (found,) = documents({"message_type": "progress", **odd})
    check(found, MAPPING)
    assert set(found["progress"]) == {"outcome", "started_at", "heartbeat_at", "advanced_at", "next_by"}


@pytest.mark.parametrize("template", [templates.elasticsearch_template, templates.opensearch_template])
def test_the_story_fits_both_templates(template):
    assert len(story()) == len(STORY)
    for found in story():
        check(found, template()["template"]["mappings"])


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = [
    "task_uuid",
    "task_level",
    "timestamp",
    "message_type",
    "action_type",
    "action_status",
    "seq",
    "done",
]


MESSAGES = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=9), anything, max_size=5)


@pytest.mark.slow
@given(st.lists(MESSAGES, min_size=1, max_size=6))
@settings(max_examples=40)
def test_any_message_makes_a_document_that_the_index_takes(messages):
    failed = [fields | {"action_status": "failed"} for fields in messages]
    reports = [fields | {"message_type": "progress"} for fields in messages]
    for found in documents(*messages, *failed, *reports):
        check(found, MAPPING)


def test_every_file_of_the_readme_is_written_and_none_is_left_out(tmp_path):
    written = {path.name for path in write(tmp_path / "new" / "folder")}
    named = set(re.findall(r"[\w-]+\.(?:json|ndjson|yml|js)\b", contents()["README.md"]))
    assert named | {"README.md", "logstash.conf"} == written
    assert "none of them was run against a real server" in contents()["README.md"]


def test_each_json_file_is_json():
    for name, text in contents().items():
        if name.endswith(".json"):
            assert json.loads(text)


def test_filebeat_reads_lines_under_the_name_that_its_script_takes_and_makes_ids_of_the_field_it_puts():
    config = yaml.safe_load(contents()["filebeat.yml"])
    script = contents()["filebeat.js"]
    (parser,) = config["filebeat.inputs"][0]["parsers"]
    assert f'event.Get("{parser["ndjson"]["target"]}")' in script
    processors = {name: settings for step in config["processors"] for name, settings in step.items()}
    assert processors["fingerprint"]["fields"] == ["eliot.id"]
    assert 'event.Put("eliot", {id:' in script
    assert config["output.elasticsearch"]["index"] == INDEX
    assert "@ECS@" not in script


def test_logstash_sends_what_filebeat_made_under_the_same_ids():
    text = contents()["logstash.conf"]
    assert text.count("{") == text.count("}")
    assert f'index => "{INDEX}"' in text
    assert 'document_id => "%{[@metadata][_id]}"' in text
