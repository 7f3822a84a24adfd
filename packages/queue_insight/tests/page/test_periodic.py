from __future__ import annotations

import json
from datetime import UTC, timedelta

from tests.values import NOW

from queue_insight.page.clock import Clock
from queue_insight.page.periodic import as_json, as_text, headline, periodic_row, reason_of_all
from queue_insight.periodic import PeriodicTask, PeriodicTasks
from queue_insight.periodic_state import NOBODY_LISTENS, PeriodicState, Span

CLOCK = Clock(now=NOW, zone=UTC)
MINUTE = Span(start=NOW - timedelta(minutes=5), end=NOW - timedelta(minutes=4))
LONG_AGO = Span(start=NOW - timedelta(hours=5), end=NOW - timedelta(hours=4))


def task(**fields):
    values = {"entry": "mail", "task": "work.mail", "schedule": "0 3 * * *", "state": PeriodicState.ON_TIME}
    return PeriodicTask(**{**values, **fields})


def test_a_time_is_shown_as_exactly_as_it_is_known():
    row = periodic_row(task(last_sent=MINUTE, last_run=LONG_AGO), CLOCK)
    assert (row.last_sent, row.last_run, row.due) == ("11:55", "07:00 to 08:00", "?")
    assert periodic_row(task(), CLOCK).last_sent == "not seen"


def test_a_reason_that_all_share_is_said_once():
    unheard = periodic_row(task(state=PeriodicState.UNKNOWN, reason=NOBODY_LISTENS), CLOCK)
    assert reason_of_all([unheard, unheard]).startswith("Whether it comes is not known")
    assert reason_of_all([unheard, periodic_row(task(), CLOCK)]) == ""
    assert reason_of_all([unheard]) == reason_of_all([]) == ""


def test_the_headline_says_how_many_are_late_and_of_how_many_it_is_not_known():
    late = task(state=PeriodicState.LATE, reason=NOBODY_LISTENS)
    unknown = task(state=PeriodicState.UNKNOWN, reason=NOBODY_LISTENS)
    found = PeriodicTasks(at=NOW, tasks=(late, unknown, task()), observed_since=NOW - timedelta(hours=1))
    assert headline(found, CLOCK) == "3 periodic tasks, 1 late, 1 not known; observed since 11:00"
    assert headline(PeriodicTasks(at=NOW, tasks=(task(),)), CLOCK) == "1 periodic task, none is late"
    assert "declares no periodic task" in headline(PeriodicTasks(at=NOW, tasks=()), CLOCK)


def test_as_text_the_reasons_stand_below_the_table():
    late = task(state=PeriodicState.LATE, reason=NOBODY_LISTENS)
    lines = as_text(PeriodicTasks(at=NOW, tasks=(late,)), CLOCK).splitlines()
    assert lines[1].split()[:2] == ["ENTRY", "TASK"]
    assert lines[-1].startswith("mail: Whether it comes is not known")


def test_as_json_they_have_a_format_and_a_version():
    document = json.loads(as_json(PeriodicTasks(at=NOW, tasks=(task(last_sent=MINUTE),))))
    assert (document["format"], document["version"]) == ("queue-insight-periodic", 1)
    assert document["tasks"][0]["last_sent"]["start"] == MINUTE.start.isoformat()
    assert document["tasks"][0]["due"] is None
