from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from camera_agent.protocol import reading
from camera_agent.protocol.errors import InvalidValueError
from camera_agent.protocol.settings import CameraSettings, DeliverySettings, ExposureSettings, Schedule
from tests.golden import golden


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=10, title="Name", description="Of the box.")] = ""
    count: Annotated[int, Meta(ge=1, le=9, extra_json_schema={"unit": "pieces"})] = 1
    share: Annotated[float, Meta(ge=0, le=1)] = 0.5
    on: bool = False
    words: Annotated[tuple[Annotated[str, Meta(max_length=5)], ...], Meta(max_length=2)] = ()
    size: Annotated[Literal["small", "large"], Meta(extra_json_schema={"labels": {"small": "Small"}})] = (
        "small"
    )

    def check(self):
        if self.on and not self.words:
            yield InvalidValueError("There are no words.", "Add some.", path="words")


def test_a_table_is_read_into_its_type():
    values = {"name": date(2026, 12, 1), "count": 2.0, "share": 1, "on": True, "words": ["a"]}
    assert reading.read(Table, values) == Table(name="2026-12-01", count=2, share=1.0, on=True, words=("a",))
    assert reading.read(Table, {}) == Table()


@pytest.mark.parametrize(
    ("values", "path", "message"),
    [
        (3, "box", "box must be a table, and is 3"),
        ({"conut": 1}, "box.conut", "'conut' is not a setting. Did you mean 'count'"),
        ({"x": 1}, "box.x", "There are: name, count, share, on, words, size"),
        ({"name": 1}, "box.name", "name must be a text, and is 1"),
        ({"name": "x" * 11}, "box.name", "name may have at most 10 characters"),
        ({"count": 1.5}, "box.count", "count must be a whole number"),
        ({"count": 10}, "box.count", "count must be from 1 to 9, and is 10"),
        ({"share": True}, "box.share", "share must be a number"),
        ({"share": float("nan")}, "box.share", "share must be from 0 to 1, and is nan"),
        ({"on": 1}, "box.on", "on must be true or false"),
        ({"words": "a"}, "box.words", "words must be a list of texts"),
        ({"words": [1]}, "box.words", "words must be a list of texts"),
        ({"words": ["a", "b", "c"]}, "box.words", "at most 2 entries, and has 3"),
        ({"words": ["abcdef"]}, "box.words", "an entry that is empty or too long"),
        ({"size": "huge"}, "box.size", "size must be one of small, large, and is 'huge'"),
        ({"size": 3}, "box.size", "size must be a text, and is 3"),
        ({"on": True}, "box.words", "There are no words. Add some."),
        (
            {"count": 10**5000},
            "box.count",
            "count must be from 1 to 9, and is a number of about 5000",
        ),
        (
            {"share": -(10**400)},
            "box.share",
            "share must be from 0 to 1, and is a number of about 400",
        ),
        ({"name": 10**5000}, "box.name", "name must be a text, and is a number of about 5000"),
        ({"count": "\ud800"}, "box.count", "count must be a whole number, and is"),
        ({"on": {"a": 1}}, "box.on", "on must be true or false, and is a table."),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(values, path, message):
    with pytest.raises(InvalidValueError) as refused:
        reading.read(Table, values, path="box")
    assert refused.value.path == path
    assert message in str(refused.value)


def test_all_problems_are_found_at_once():
    values = {"interval_s": 0, "exposure": {"target": 5, "mod": ""}, "delivery": {"parallel": 9}}
    paths = [problem.path for problem in reading.problems(CameraSettings, values)]
    assert paths == ["interval_s", "exposure.target", "exposure.mod", "delivery.parallel"]


def test_values_that_fit_are_kept_and_others_left_out():
    stored = {"count": 3, "share": 10**400, "name": 7, "gone": 1, "size": "huge", "words": ["a"]}
    assert reading.fitting(Table, stored) == {"count": 3, "words": ["a"]}


def test_a_required_value_that_is_missing_is_named():
    assert [problem.code for problem in reading.problems(CameraSettings, {})] == ["missing"]


def test_fields_are_described_for_forms():
    name, count, *_, size = reading.fields_of(Table)
    assert (name.label, name.help, name.kind, name.max_length) == ("Name", "Of the box.", "text", 10)
    assert (count.unit, count.minimum, count.maximum, count.default) == ("pieces", 1, 9, 1)
    assert size.choices == (("small", "Small"), ("large", "large"))


@pytest.mark.parametrize("table", [Schedule, ExposureSettings, DeliverySettings])
def test_every_field_has_a_label_and_a_help_text_and_every_number_bounds(table):
    for field in reading.fields_of(table):
        assert field.label != field.name
        assert field.help.endswith(".")
        assert field.kind not in ("number", "whole number") or field.minimum < field.maximum
        assert field.kind not in ("text", "list of texts") or field.max_length


@pytest.mark.parametrize("case", golden("settings_cases"), ids=str)
def test_settings_are_accepted_and_refused_as_the_protocol_says(case):
    found = [
        {"path": problem.path, "code": problem.code, "message": problem.message}
        for problem in reading.problems(CameraSettings, case["settings"])
    ]
    assert found == case["problems"]


def nested(value: object, times: int) -> object:
    for _ in range(times):
        value = [value]
    return value


@pytest.mark.parametrize("field", ["interval_s", "schedule", "exposure.gain", "delivery.windows"])
@pytest.mark.parametrize(
    "hostile", [10**5000, -(10**400), nested(1, 50_000), "\ud800", float("nan"), 1e308, "x" * 10**6], ids=type
)
def test_whatever_a_value_is_its_refusal_is_a_sentence(field, hostile):
    table, _, name = field.partition(".")
    settings = {"interval_s": 5, table: {name: hostile} if name else hostile}
    [problem] = reading.problems(CameraSettings, settings)
    assert problem.path == field
    assert len(problem.message) < 200


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(Schedule.__struct_fields__), inner),
    )
)
def test_any_value_is_settings_or_a_list_of_problems(value):
    values = {"interval_s": 5, "schedule": value}
    if not list(reading.problems(CameraSettings, values)):
        assert isinstance(reading.read(CameraSettings, values), CameraSettings)
