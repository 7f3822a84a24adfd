from __future__ import annotations

import json
import re

from eliot_progress.elk import kibana, templates


def names(mapping, above=""):
    for name, inner in mapping["properties"].items():
        yield above + name
        if "properties" in inner:
            yield from names(inner, f"{above}{name}.")


FIELDS = set(names(templates.elasticsearch_template()["template"]["mappings"]))


def test_the_file_has_one_object_a_line_and_ends_with_a_line():
    text = kibana.ndjson()
    assert [json.loads(line) for line in text.splitlines()] == kibana.saved_objects()
    assert text.endswith("\n")


def test_each_reference_leads_to_an_object_before_it():
    seen = set()
    for each in kibana.saved_objects():
        assert {(to["type"], to["id"]) for to in each["references"]} <= seen
        seen.add((each["type"], each["id"]))
    assert len(seen) == len(kibana.saved_objects())


def test_each_reference_is_used_and_each_use_is_a_reference():
    for each in kibana.saved_objects():
        text = json.dumps(each["attributes"])
        for to in each["references"]:
            assert to["name"].rpartition(":")[2] in text.replace("\\", "")
    dashboard = kibana.saved_objects()[-1]
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    used = {f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels}
    assert used == {to["name"] for to in dashboard["references"]}


def test_panels_do_not_overlap_and_fit_the_48_columns():
    panels = json.loads(kibana.saved_objects()[-1]["attributes"]["panelsJSON"])
    places = [(p["gridData"]["x"], p["gridData"]["y"]) for p in panels]
    assert len(set(places)) == len(panels) == 5
    assert all(p["gridData"]["x"] + p["gridData"]["w"] <= 48 for p in panels)


def test_every_field_that_is_searched_shown_or_counted_has_a_type():
    for each in kibana.saved_objects():
        attributes = each["attributes"]
        assert set(attributes.get("columns", ())) <= FIELDS
        source = json.loads(attributes.get("kibanaSavedObjectMeta", {}).get("searchSourceJSON", "{}"))
        query = source.get("query", {}).get("query", "")
        assert set(re.findall(r"([\w.@]+):", query)) <= FIELDS
        state = json.loads(attributes.get("visState", '{"aggs": []}'))
        assert {a["params"]["field"] for a in state["aggs"] if "field" in a["params"]} <= FIELDS
