"""The files that `eliot-progress elk` writes."""

from __future__ import annotations

import json
from pathlib import Path

from eliot_progress.elk import kibana, templates
from eliot_progress.elk.templates import ECS, INDEX

_README = f"""# The log in Elasticsearch or OpenSearch

**These are templates: none of them was run against a real server**, neither Elasticsearch, OpenSearch,
Filebeat, Logstash nor Kibana.
Try them on a test cluster first.
Only their form was tested: the documents of `filebeat.js` fit the types of the templates, and all fields of
the dashboard have a type.

```sh
put() {{ curl -X PUT "$URL/$1" -H 'Content-Type: application/json' -d "@$2"; }}

# Elasticsearch 8 or 9
put _ilm/policy/{templates.POLICY} elasticsearch-lifecycle.json
put _index_template/eliot elasticsearch-template.json

# OpenSearch 2.7 or later
put _plugins/_ism/policies/{templates.POLICY} opensearch-lifecycle.json
put _index_template/eliot opensearch-template.json

# Kibana 8 or 9
curl -X POST "$KIBANA/api/saved_objects/_import?overwrite=true" -H 'kbn-xsrf: true' \\
  --form file=@kibana.ndjson

# Filebeat ships the log file, straight to the cluster or through Logstash (logstash.conf)
ELIOT_LOG=/var/log/app/log.jsonl filebeat -c filebeat.yml  # with filebeat.js beside it
```

The data stream is `{INDEX}`.
Each document's id is derived from the message, so a message that is sent twice is stored once, as long as the
stream's newest index holds it.
"""

_FILEBEAT = f"""# Filebeat 8 or 9: ships the log file of eliot_progress to the data stream {INDEX}.
# A template: it was not run against a real server.
filebeat.inputs:
  - type: filestream
    id: eliot
    paths: ["${{ELIOT_LOG}}"]
    # Renamed (rotated) files are read to their end.
    prospector.scanner.check_interval: 1s
    parsers:
      - ndjson:
          target: line
          add_error_key: true

processors:
  - drop_event.when.has_fields: ["error.message"]  # a torn line
  - script:
      lang: javascript
      file: ${{path.config}}/filebeat.js
  - fingerprint:
      fields: ["eliot.id"]
      method: sha1
      encoding: hex
      target_field: "@metadata._id"
  - add_fields:
      target: "@metadata"
      fields: {{op_type: create}}

setup.template.enabled: false
setup.ilm.enabled: false

output.elasticsearch:
  hosts: ["${{ELASTICSEARCH_URL:http://localhost:9200}}"]
  index: {INDEX}

# Or through Logstash (logstash.conf):
# output.logstash.hosts: ["localhost:5044"]
"""

_LOGSTASH = f"""# Logstash 8 or 9: forwards what Filebeat (filebeat.yml) sends to the data stream.
# A template: it was not run against a real server.
input {{
  beats {{ port => 5044 }}
}}
output {{
  elasticsearch {{
    hosts => ["${{ELASTICSEARCH_URL:http://localhost:9200}}"]
    index => "{INDEX}"
    action => "create"
    document_id => "%{{[@metadata][_id]}}"
    manage_template => false
  }}
}}
"""


def contents() -> dict[str, str]:
    """Return each file's name and text."""
    script = Path(__file__).with_name("filebeat.js").read_text(encoding="utf-8").replace("@ECS@", ECS)
    return {
        "README.md": _README,
        "elasticsearch-template.json": _json(templates.elasticsearch_template()),
        "elasticsearch-lifecycle.json": _json(templates.lifecycle()),
        "opensearch-template.json": _json(templates.opensearch_template()),
        "opensearch-lifecycle.json": _json(templates.state_management()),
        "filebeat.yml": _FILEBEAT,
        "filebeat.js": script,
        "logstash.conf": _LOGSTASH,
        "kibana.ndjson": kibana.ndjson(),
    }


def write(folder: Path) -> list[Path]:
    """Write all files into `folder`, creating it if needed, and return their paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in contents().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
