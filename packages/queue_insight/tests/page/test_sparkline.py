from __future__ import annotations

from tests import values

from queue_insight.page.sparkline import sparkline


def test_both_lines_have_one_scale_and_the_text_says_what_they_show():
    found = sparkline(values.queue(sent_by_minute=(0, 4, 0, 0), finished_by_minute=(0, 1, 2, 0)))
    assert (found.came, found.went) == ("M0,1L4,24", "M0,18L4,12")
    assert found.text == "The last 4 minutes: 4 in, at most 4 a minute; 3 out, at most 2 a minute"


def test_a_minute_that_nobody_observed_is_a_gap_and_no_zero():
    figures = (1, 1, None, None, None, 1)
    found = sparkline(values.queue(sent_by_minute=figures, finished_by_minute=figures))
    assert found.went == "M-1,1h2"
    assert found.text.endswith("3 minutes not observed throughout")


def test_without_two_minutes_side_by_side_there_is_no_line_but_a_text():
    found = sparkline(values.queue(sent_by_minute=(0, None), finished_by_minute=(3, None)))
    assert (found.went, found.text.split("; ")[1]) == ("", "3 out, at most 3 a minute")


def test_what_came_in_is_not_known_while_senders_are_silent():
    found = sparkline(values.queue(sent_by_minute=(0, 0), finished_by_minute=(1, 1)))
    assert found.came == ""
    assert "in: not known" in found.text


def test_a_quiet_queue_has_no_line():
    assert sparkline(values.queue(sent_by_minute=(0, None), finished_by_minute=(0, None))) is None
    assert sparkline(values.queue()) is None
