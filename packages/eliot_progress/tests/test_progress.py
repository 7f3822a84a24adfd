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


def test_an_error_passes_through_and_is_the_reason(log):
    with pytest.raises(LookupError), progress("Import") as work:
        raise LookupError("no file\x00 here")
    state = Reducer(log).get(work.id)
    assert (state.outcome, state.reason) == ("failed", "no file  here")


def test_an_exception_that_says_so_is_a_cancellation(log):
    class StopAskedError(Exception):
        is_cancellation = True

    with pytest.raises(StopAskedError), progress("Import") as work:
        raise StopAskedError
    assert Reducer(log).get(work.id).outcome == "cancelled"
