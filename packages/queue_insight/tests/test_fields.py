from __future__ import annotations

from datetime import UTC, datetime

import pytest

from queue_insight.fields import MAX_NAME, MAX_SUMMARY, Fields


def read(method, value, **limits):
    fields = Fields({"field": value})
    return getattr(fields, method)("field", **limits), fields.malformed


@pytest.mark.parametrize("method", ["name", "count", "time", "date"])
def test_an_absent_field_is_not_malformed(method):
    fields = Fields({})
    assert not getattr(fields, method)("field")
    assert not fields.malformed


@pytest.mark.parametrize("value", [["x"], 5, "x" * (MAX_NAME + 1), "\ud800", "a\0b"])
def test_an_odd_name_counts_as_absent_and_malformed(value):
    assert read("name", value) == ("", True)
    assert read("name", "x" * MAX_NAME) == ("x" * MAX_NAME, False)


@pytest.mark.parametrize("value", [True, -1, 2**53 + 1, 10**400, 1.5, "1", [1], float("nan")])
def test_an_odd_count_counts_as_absent_and_malformed(value):
    assert read("count", value) == (None, True)
    assert read("count", 2**53) == (2**53, False)


@pytest.mark.parametrize(
    "value", [True, -1, float("inf"), float("-inf"), float("nan"), 1e300, 10**400, "1", [1]]
)
def test_an_odd_time_counts_as_absent_and_malformed(value):
    assert read("time", value) == (None, True)
    assert read("time", 1_800_000_000.5) == (1_800_000_000.5, False)


@pytest.mark.parametrize(
    "value",
    ["soon", 5, ["x"], "9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "1969-01-01T00:00:00"],
)
def test_an_odd_date_counts_as_absent_and_malformed(value):
    assert read("date", value) == (None, True)


@pytest.mark.parametrize("value", ["2026-11-23T12:00:00", "2026-11-23T13:00:00+01:00"])
def test_a_date_without_a_zone_is_utc(value):
    assert read("date", value) == (datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp(), False)


def test_arguments_are_put_together_and_cut():
    assert Fields({"args": "(1,)", "kwargs": "{}"}).summary("args", "kwargs") == "(1,) {}"
    assert Fields({}).summary("args", "kwargs") == ""
    cut = Fields({"args": "x" * 5000}).summary("args")
    assert len(cut) == MAX_SUMMARY
    assert cut.endswith("…")
    assert Fields({"args": "\ud800"}).summary("args") == "?"
    fields = Fields({"args": ["x"]})
    assert (fields.summary("args"), fields.malformed) == ("", True)
