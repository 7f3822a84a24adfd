from __future__ import annotations

import pytest

from eliot_progress import Reducer
from eliot_progress.django import page_bars
from eliot_progress.testing.samples import part_message, task_state


def running(**fields):
    return task_state(done=120, total=300, unit="frame", eta_s=(40, 60), **fields)


def test_one_task_says_how_far_how_long_and_that_it_is_alive():
    assert page_bars.bar([running()], 100.5) == page_bars.Bar(
        title="Render",
        percent=40.0,
        sentence="120 / 300 frame, 40 to 60 s left",
        state="alive",
        words="alive",
    )


@pytest.mark.parametrize(
    ("now", "words"),
    [(101.5, "late: a report is overdue"), (200, "stalled: its process has ended or hangs")],
)
def test_a_broken_promise_is_shown_in_words(now, words):
    bar = page_bars.bar([running()], now)
    assert bar.words == words
    assert ("left" in bar.sentence) is (bar.state == "late")  # a stalled task has no time left to trust


def test_a_failure_has_its_reason_and_a_success_is_whole():
    failed = page_bars.bar([running(outcome="failed", reason="disk full")], 0)
    assert (failed.state, failed.words) == ("failed", "failed: disk full")
    assert page_bars.bar([running(outcome="succeeded")], 0).percent == 100
    assert page_bars.bar([task_state(outcome="succeeded")], 0).percent == 100


def test_an_unknown_total_and_work_that_has_not_begun_pretend_nothing():
    assert page_bars.bar([task_state(done=7, unit="frame")], 100).percent is None
    assert page_bars.bar([task_state(done=7, unit="frame")], 100).sentence == "7 frame"
    none = page_bars.bar([None], 100, title="Movie")
    assert (none.title, none.percent, none.state) == ("Movie", None, "none")


def test_a_whole_moves_with_each_of_its_parts():
    done, half = task_state(outcome="succeeded"), task_state(done=1, total=2, eta_s=(5, 9))
    bar = page_bars.bar([done, half, None, None], 100, title="Publish")
    assert (bar.title, bar.percent, bar.sentence) == ("Publish", 37.5, "1 of 4 parts done")
    assert page_bars.bar([done, half], 100).sentence == "1 of 2 parts done, 5 to 9 s left"


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([{"outcome": "succeeded"}, {"outcome": "succeeded"}], "succeeded"),
        ([{"outcome": "succeeded"}, None], "waiting"),
        ([{"outcome": "succeeded"}, {"next_by": 900.0}], "alive"),
        ([{"next_by": 900.0}, {"next_by": 99.0}], "late"),
        ([{"next_by": 900.0}, {"next_by": 9.0}, {"next_by": 99.0}], "stalled"),
        ([{"next_by": 900.0}, {"outcome": "cancelled"}, {"next_by": 9.0}], "cancelled"),
        ([{"outcome": "cancelled"}, {"outcome": "failed"}], "failed"),
        ([None, None], "none"),
    ],
)
def test_the_state_of_a_whole_is_that_of_its_worst_part(parts, state):
    states = [None if part is None else task_state(**part) for part in parts]
    assert page_bars.bar(states, 100).state == state


def whole(*messages):
    return next(iter(Reducer(messages).states.values()))


def test_the_whole_of_a_chain_says_how_many_parts_are_done_and_what_runs_now():
    sent = part_message(part=None, sent=3)
    done = part_message(part=0, outcome="succeeded")
    runs = part_message(part=1, name="Rendering", share=0.5, next_by=900.0)
    assert page_bars.bar([whole(sent, done, runs)], 100) == page_bars.Bar(
        title="Publish",
        percent=50.0,
        sentence="1 of 3 parts done, now: Rendering",
        state="alive",
        words="alive",
    )
    waits = page_bars.bar([whole(sent, done)], 100)
    assert (waits.percent, waits.state, waits.words) == (33.3, "waiting", "waiting for the next part")


def test_a_whole_whose_parts_are_still_sent_does_not_say_how_many_there_are():
    bar = page_bars.bar([whole(part_message(part=0, outcome="succeeded"))], 100)
    assert (bar.percent, bar.sentence) == (None, "parts done: 1, of how many is not known")


def test_a_failed_part_fails_the_bar_of_its_whole_with_the_reason():
    failed = part_message(part=0, outcome="failed", reason="render: disk full")
    bar = page_bars.bar([whole(part_message(part=None, sent=3), failed)], 100)
    assert (bar.state, bar.words) == ("failed", "failed: render: disk full")
