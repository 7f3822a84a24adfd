from __future__ import annotations

import pytest

from eliot_progress.elk import templates
from eliot_progress.elk.templates import INDEX


@pytest.mark.parametrize("template", [templates.elasticsearch_template(), templates.opensearch_template()])
def test_a_template_makes_the_data_stream_and_few_fields(template):
    assert INDEX.startswith(templates.PATTERN.removesuffix("*"))
    assert template["index_patterns"] == [templates.PATTERN]
    assert template["data_stream"] == {}
    assert template["priority"] > 100
    limit = template["template"]["settings"]["index.mapping.total_fields.limit"]
    assert count(template["template"]["mappings"]) < limit
    assert template["template"]["mappings"]["properties"]["@timestamp"] == {"type": "date"}


def count(mapping):
    inner = {**mapping.get("properties", {}), **mapping.get("fields", {})}
    return sum(1 + count(each) for each in inner.values())


def test_the_authors_own_field_has_the_type_of_each_engine():
    def own(template):
        return template["template"]["mappings"]["properties"]["data"]["type"]

    assert own(templates.elasticsearch_template()) == "flattened"
    assert own(templates.opensearch_template()) == "flat_object"


def test_the_template_names_the_policy_and_both_policies_keep_as_long():
    settings = templates.elasticsearch_template()["template"]["settings"]
    assert settings["index.lifecycle.name"] == templates.POLICY
    phases = templates.lifecycle()["policy"]["phases"]
    (transition,) = templates.state_management()["policy"]["states"][0]["transitions"]
    assert phases["delete"]["min_age"] == transition["conditions"]["min_rollover_age"]
    assert templates.state_management()["policy"]["ism_template"][0]["index_patterns"] == [templates.PATTERN]
