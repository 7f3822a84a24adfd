from __future__ import annotations

import json
from datetime import UTC, timedelta

from tests.values import NOW, failure

from queue_insight.page.clock import Clock
from queue_insight.page.failures import as_json, as_text, failure_row, headline

CLOCK = Clock(now=NOW, zone=UTC)


def test_what_is_not_known_of_a_failure_is_said():
    row = failure_row(failure(exception="", file="", is_own=False, name=""), CLOCK)
    assert (row.exception, row.place, row.name) == (
        "exception not known",
        "place not known",
        "name not known",
    )
    assert row.remark == "The event of the failure had no traceback."
    assert "Not the project's own code" in failure_row(failure(is_own=False), CLOCK).remark


def test_the_headline_counts_and_says_since_when():
    groups = [
        failure(count=3, last_at=NOW - timedelta(seconds=12)),
        failure(count=1, first_at=NOW - timedelta(hours=2)),
    ]
    assert headline(groups, CLOCK) == "4 failures in 2 groups since 10:00, the last 12 s ago"
    assert headline([], CLOCK) == ""


def test_as_text_they_are_a_table():
    lines = as_text([failure(), failure(is_own=False, exception="")]).splitlines()
    assert lines[0].split() == ["LAST", "COUNT", "FIRST", "EXCEPTION", "PLACE", "NAME", "TASK"]
    assert "shop.Refused  shop/orders/tasks.py:17 in charge" in lines[1]
    assert "(not own code)" in lines[2]
    assert as_text([]) == "No failure is known."


def test_as_json_they_have_a_format_and_a_version():
    document = json.loads(as_json([failure()]))
    assert (document["format"], document["version"]) == ("queue-insight-failures", 1)
    assert document["failures"][0]["exception"] == "shop.Refused"
    assert document["failures"][0]["last_at"] == NOW.isoformat()
