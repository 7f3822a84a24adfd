from __future__ import annotations

from contextlib import suppress
from threading import Thread

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


async def test_an_async_with_statement_is_the_same(log):
    async with progress("render:movie") as work:
        assert causal_id() == work.causal_id
    with suppress(LookupError):
        async with progress("render:other") as other:
            raise LookupError("no disk")
    states = Reducer(log)
    assert states.get(work.id).outcome == "succeeded"
    assert (states.get(other.id).outcome, states.get(other.id).reason) == ("failed", "no disk")
    assert causal_id() is None


def test_a_part_moves_the_whole_by_its_weight(log):
    with progress("Render", total=10) as whole:
        with whole.part("decode", weight=2, total=4) as part:
            part.advance(1)
            whole.report_due(0)
            assert whole.done == 0.5
        with whole.part("encode", weight=8, total=100, unit="frame") as part:
            whole.report_due(0)
            assert whole.done == 2
            part.advance(50)
            whole.report_due(0)
            assert whole.done == 6
    reducer = Reducer(log)
    assert reducer.get(whole.id).done == 10
    assert [child.action_type for child in reducer.children(whole.id)] == ["decode", "encode"]


def test_parts_that_several_threads_begin_and_end_are_each_counted_once(log):
    def render(parts):
        for _ in range(parts):
            with whole.part("decode", total=1) as part:
                part.advance()
            _ = whole.fraction  # as a whole of this whole reads it, beside the reporter
            whole.report_due(0)

    with progress("Render", total=400) as whole:
        threads = [Thread(target=render, args=(100,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        whole.report_due(0)
        assert whole.done == 400
    assert Reducer(log).get(whole.id).done == 400


def test_a_part_that_failed_leaves_the_whole_where_it_got_to(log):
    whole = progress("Render", total=10)
    with suppress(LookupError), whole, whole.part("a", total=4) as part:
        part.advance(1)
        raise LookupError
    assert Reducer(log).get(whole.id).done == 0.25
