from __future__ import annotations

import gc
from collections import deque
from contextlib import suppress

import pytest
from tests.waiting import until

from eliot_progress import Reducer, causal_id, context, progress

KINDS = {
    "list": list,
    "tuple": tuple,
    "range": lambda n: range(len(n)),
    "dict": dict.fromkeys,
    "keys": lambda n: dict.fromkeys(n).keys(),
    "set": set,
    "deque": deque,
    "generator": lambda n: (x for x in n),
    "iterator": iter,
    "map": lambda n: map(int, n),
}


def only(log):
    (state,) = Reducer(log).states.values()
    return state


@pytest.mark.parametrize("kind", KINDS)
def test_any_iterable_is_counted_to_its_end(kind, log):
    assert list(progress(KINDS[kind](list(range(5))), "Counting", unit="number")) == [0, 1, 2, 3, 4]
    state = only(log)
    assert (state.done, state.unit, state.outcome) == (5, "number", "succeeded")
    assert state.total == (None if kind in {"generator", "iterator", "map"} else 5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_item_in_flight_is_not_done_yet(kind):
    loop = progress(KINDS[kind](list(range(5))), "Counting")
    for n in loop:
        loop.progress.report_due(0)
        assert loop.progress.done == n


def test_a_loop_that_is_iterated_again_is_reported_again(log):
    loop = progress([1, 2, 3], "Counting", about="app.Album:3")
    assert list(loop) == [1, 2, 3]
    for n in loop:
        loop.progress.report_due(0)
        assert Reducer(log).get(loop.progress.id).outcome is None
        assert loop.progress.done == n - 1
    states = Reducer(log).states.values()
    assert [(state.done, state.total, state.outcome) for state in states] == [(3, 3, "succeeded")] * 2
    assert {state.about for state in states} == {"app.Album:3"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_loop_that_is_left_early_is_cancelled(kind, log):
    for n in progress(KINDS[kind](list(range(5))), "Counting"):
        if n == 2:
            break
    gc.collect()
    until(lambda: only(log).outcome)
    state = only(log)
    assert (state.done, state.outcome) == (2, "cancelled")
    assert state.reason.startswith("The loop was left before its end")


class StopAskedError(Exception):
    is_cancellation = True


@pytest.mark.parametrize(
    ("error", "outcome"), [(LookupError("no disk"), "failed"), (StopAskedError("no disk"), "cancelled")]
)
def test_an_exception_that_leaves_the_loop_and_the_action_around_it_is_its_end(error, outcome, log):
    with suppress(type(error)), context.start("task"):
        for n in progress(range(5), "Counting"):
            if n == 2:
                raise error
    state = only(log)
    assert (state.done, state.outcome, state.reason) == (2, outcome, "no disk")
    ends = [m["action_type"] for m in log if m.get("action_status") == "failed"]
    assert ends == ["Counting", "task"]


def test_a_loop_that_is_left_inside_an_action_that_goes_on_is_cancelled_by_the_pulse(log):
    with context.start("task"):
        for n in progress(range(5), "Counting"):
            if n == 2:
                break
        until(lambda: only(log).outcome)
        assert causal_id() is not None
        assert only(log).outcome == "cancelled"


def test_a_loop_that_is_left_just_before_its_action_succeeds_is_cancelled(log):
    with context.start("task"):
        for _ in progress(range(5), "Counting"):
            break
    assert only(log).outcome == "cancelled"


def test_the_body_of_the_loop_is_inside_the_action():
    loop = progress([1, 2], "Counting")
    for _ in loop:
        assert causal_id() == loop.progress.causal_id
    assert causal_id() is None


def test_a_list_that_grows_under_the_loop_is_counted_whole(log):
    items = [1, 2]
    for n in progress(items, "Counting"):
        if n == 2:
            items += [3]
    assert only(log).done == 3


def test_items_done_before_count_too(log):
    list(progress([1, 2], "Counting", total=10, initial=8))
    assert (only(log).done, only(log).total) == (10, 10)


def test_an_iterator_that_fails_ends_the_work_and_passes_its_error_on(log):
    def numbers():
        yield 1
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        list(progress(numbers(), "Counting"))
    gc.collect()
    assert until(lambda: only(log).outcome) == "cancelled"


def test_a_len_that_fails_only_makes_the_total_unknown(log):
    class Odd:
        def __len__(self):
            raise LookupError

        def __iter__(self):
            return iter([1])

    assert list(progress(Odd(), "Counting")) == [1]
    assert only(log).total is None


def test_a_range_with_more_items_than_len_can_count_is_reported_with_its_total(log, capsys):
    loop = progress(range(10**20), "Counting")
    for n in loop:
        if n == 5:
            until(lambda: only(log).done == 5)
            break
    until(lambda: only(log).outcome)  # and not in the log of the next test
    assert only(log).total == 10**20
    assert capsys.readouterr().err == ""


async def test_an_async_iterable_is_counted_too(log):
    async def numbers():
        for n in range(3):
            yield n

    assert [n async for n in progress(numbers(), "Counting", total=3)] == [0, 1, 2]
    assert (only(log).done, only(log).outcome) == (3, "succeeded")


@pytest.mark.parametrize("items", [5, None])
def test_what_can_not_be_looped_over_is_refused_at_once_with_what_to_do(items):
    with pytest.raises(TypeError, match=r"is not iterable\. Pass an iterable, or a name"):
        progress(items, "Counting")


async def test_the_wrong_kind_of_loop_is_refused_with_the_right_one():
    async def numbers():
        yield 1

    with pytest.raises(TypeError, match="async for"):
        iter(progress(numbers(), "Counting"))
    with pytest.raises(TypeError, match="plain `for`"):
        await anext(aiter(progress([1], "Counting")))
