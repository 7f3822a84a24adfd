from __future__ import annotations

import json
import shutil
import subprocess
from hashlib import sha1

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.elk_cluster import check

from eliot_progress.elk import templates
from eliot_progress.elk.documents import document, document_id
from eliot_progress.elk.files import write
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


def read_back(each):
    return orjson.loads(encode(each))


def test_an_end_has_its_outcome_and_a_failure_its_error():
    found = document(read_back(STORY[2]))
    assert found["event"] == {"kind": "event", "action": "click", "outcome": "failure"}
    assert found["error"] == {"type": "builtins.KeyError", "message": "no key"}
    assert found["trace"] == {"id": UUID.replace("-", "")}
    assert found["@timestamp"] == "2023-11-14T22:13:20.250Z"
    assert (found["eliot"]["path"], found["eliot"]["parent"]) == ("a2/b13", "a2")


def test_an_end_whose_begin_is_known_says_from_when_to_when_and_for_how_many_nanoseconds():
    event = document(read_back(STORY[1]), 1699999998.0)["event"]
    assert (event["start"], event["end"]) == ("2023-11-14T22:13:18.000Z", "2023-11-14T22:13:20.250Z")
    assert event["duration"] == 2_250_000_000


def test_a_clock_that_was_set_back_meanwhile_leaves_the_duration_unknown():
    event = document(read_back(STORY[1]), 1700000001.0)["event"]
    assert "duration" not in event
    assert event["start"] > event["end"]


def test_a_report_is_typed_and_what_is_unknown_left_out():
    found = document(read_back(STORY[6]))
    assert found["progress"]["eta_high_s"] == 2.5
    assert found["event"] == {"kind": "event", "action": "render:movie"}
    assert "total" not in found["progress"]
    assert "data" not in found


def test_the_id_follows_from_the_message_as_filebeat_makes_it():
    assert document_id(STORY[0]) == sha1(f"|eliot.id|{UUID}@a2/b13|".encode()).hexdigest()


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


@given(
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=9), anything, max_size=5),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
@settings(max_examples=100)
def test_any_message_makes_a_document_that_the_index_takes(fields, began_at):
    check(document(read_back(fields), began_at), MAPPING)
    check(document(read_back(fields | {"action_status": "failed"}), began_at), MAPPING)


@pytest.mark.parametrize("template", [templates.elasticsearch_template, templates.opensearch_template])
def test_the_story_fits_both_templates(template):
    for each in STORY:
        check(document(read_back(each)), template()["template"]["mappings"])


def test_filebeats_script_makes_the_same_documents(tmp_path):
    write(tmp_path)
    code = (tmp_path / "filebeat.js").read_text().replace("function process(", "function made(")
    run = """
    const lines = require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean);
    for (const line of lines) {
      const fields = {line: JSON.parse(line)};
      made({Get: name => fields[name], Put: (name, value) => { fields[name] = value; },
        Delete: name => { delete fields[name]; }});
      console.log(JSON.stringify(fields));
    }
    """
    node = shutil.which("node")
    lines = b"".join(map(encode, STORY))
    made = subprocess.run([node, "-e", code + run], input=lines, capture_output=True, check=True).stdout
    assert [json.loads(line) for line in made.splitlines()] == [document(read_back(each)) for each in STORY]
