from __future__ import annotations

import pytest

from eliot_progress import Reducer, causal_id, progress


def test_a_with_statement_is_an_action_that_ends_with_an_outcome(log):
    with progress("render:movie", total=3, unit="frame", about="app.Movie:7", by="editor") as work:
        assert causal_id() == work.causal_id
        work.advance(3)
    assert [m.get("action_status") or m["message_type"] for m in log] == [
        "started",
        "progress",
        "progress",
        "succeeded",
    ]
    state = Reducer(log).get(work.id)
    assert (state.done, state.total, state.outcome, state.about, state.by) == (
        3,
        3,
        "succeeded",
        "app.Movie:7",
        "editor",
    )
    assert causal_id() is None


def test_a_loop_counts_its_items_and_knows_their_number(log):
    assert list(progress(range(5), "Counting", unit="number")) == [0, 1, 2, 3, 4]
    (state,) = Reducer(log).states.values()
    assert (state.done, state.total, state.unit, state.outcome) == (5, 5, "number", "succeeded")


def test_an_error_passes_through_and_is_the_reason(log):
    with pytest.raises(LookupError), progress("Import") as work:
        raise LookupError("no file\x00 here")
    state = Reducer(log).get(work.id)
    assert (state.outcome, state.reason) == ("failed", "no file  here")


def test_an_exception_that_says_so_is_a_cancellation(log):
    class StopAsked(Exception):
        is_cancellation = True

    with pytest.raises(StopAsked), progress("Import") as work:
        raise StopAsked
    assert Reducer(log).get(work.id).outcome == "cancelled"


def test_a_loop_that_is_left_early_is_cancelled(log):
    for n in progress(range(5), "Counting"):
        if n == 2:
            break
    (state,) = Reducer(log).states.values()
    assert (state.done, state.outcome) == (2, "cancelled")
