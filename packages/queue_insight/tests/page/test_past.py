from __future__ import annotations

import pytest

from queue_insight.history import History, Total
from queue_insight.page.past import HEADS, as_text, comparison, past_rows, precise
from queue_insight.sketch import bucket


def total(number=10, *, observed_s=86_400.0, **fields):
    return Total(span_s=86_400.0, observed_s=observed_s, outcomes={"succeeded": number}, **fields)


def test_a_span_that_nobody_observed_has_no_row():
    assert [row.span for row in past_rows(History(hour=total(), month=total()))] == [
        "last hour",
        "last 31 days",
    ]
    assert past_rows(History()) == ()


def test_a_row_has_counts_and_durations_and_how_much_was_observed():
    outcomes = {"succeeded": 3, "failed": 2, "retried": 4}
    day = Total(
        span_s=100.0,
        observed_s=50.0,
        sent=9,
        outcomes=outcomes,
        run={bucket(0.25): 1},
        wait={bucket(90.0): 1},
    )
    (row,) = past_rows(History(day=day))
    assert (row.sent, row.succeeded, row.failed, row.other) == ("9", "3", "2", "4")
    assert (row.run_p50, row.wait_p95, row.observed) == ("249 ms", "1 min 29 s", "50%")


@pytest.mark.parametrize(
    ("observed_s", "words"),
    [
        (86_400.0, "all"),
        (86_400.0 + 0.1, "all"),
        (86_400.0 - 21, "all but 21 s"),
        (86_400.0 - 840, "all but 14 min"),
        (0.989 * 86_400, "98%"),
        (10.0, "under 1%"),
    ],
)
def test_what_was_missed_is_never_rounded_away(observed_s, words):
    (row,) = past_rows(History(day=total(observed_s=observed_s)))
    assert row.observed == words


def test_of_a_day_that_was_observed_in_part_the_count_says_so():
    found = comparison(History(day=total(observed_s=9.0)))
    assert found.startswith("In the last 24 hours 10 ended while a collector listened: the day before is")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (None, "the day before is not known"),
        (total(5), "100% more than the day before"),
        (total(20), "50% fewer than the day before"),
        (total(10), "as many as the day before"),
        (total(0), "the day before none"),
        (total(20, observed_s=9.0), "the day before 20, but not all of both was observed"),
    ],
)
def test_days_are_compared_only_if_both_were_observed(before, words):
    found = comparison(History(day=total(), day_before=before, week_before=total()))
    assert found == f"In the last 24 hours 10 ended: {words}; as many as the same day a week before."


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "?"), (0.004, "4 ms"), (2.34, "2.3 s"), (250.0, "4 min 10 s")]
)
def test_durations_have_two_digits(seconds, words):
    assert precise(seconds) == words


def test_the_text_is_a_table_or_says_that_nothing_is_known():
    lines = as_text(History(hour=total())).splitlines()
    assert lines[0].split("  ")[0] == HEADS[0]
    assert lines[1].startswith("last hour  ?")
    assert as_text(History()) == "Nothing is known: no collector has recorded it."
