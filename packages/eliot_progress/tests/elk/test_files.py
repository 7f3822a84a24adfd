from __future__ import annotations

import json
import re

import yaml

from eliot_progress.elk.files import contents, write
from eliot_progress.elk.templates import INDEX


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
