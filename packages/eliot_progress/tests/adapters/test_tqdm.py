from __future__ import annotations

from contextlib import suppress

import pytest

from eliot_progress import Reducer
from eliot_progress.adapters.tqdm import tqdm, trange


def only(log):
    (state,) = Reducer(log).states.values()
    return state


def test_a_loop_reports_and_counts(log):
    assert list(tqdm([1, 2, 3], desc="Importing", unit="file", leave=False, ncols=80, colour="red")) == [
        1,
        2,
        3,
    ]
    state = only(log)
    assert (state.description, state.done, state.total, state.unit) == ("Importing", 3, 3, "file")


def test_a_bar_by_hand(log):
    bar = tqdm(total=10, desc="Copy")
    bar.update(3)
    bar.update()
    bar.update(None)
    bar.set_description("second half")
    bar.set_postfix({"loss": 0.5}, best=1)
    bar.refresh()
    assert (bar.n, bar.total, len(bar), bool(bar)) == (5, 10, 10, True)
    bar.n = 7
    bar.total = 8
    bar.close()
    state = only(log)
    assert (state.done, state.total, state.step, state.note) == (7, 8, "second half", "loss=0.5, best=1")
    assert state.outcome == "succeeded"


def test_a_with_statement_ends_as_its_body_does(log):
    with suppress(LookupError), tqdm(total=3) as bar:
        bar.set_postfix_str("x")
        bar.reset(total=5)
        raise LookupError
    assert (only(log).outcome, only(log).total) == ("failed", 5)


def test_a_disabled_bar_only_passes_its_items_on(log):
    assert list(tqdm([1, 2], disable=True)) == [1, 2]
    bar = tqdm(total=2, disable=True)
    bar.update(1)
    bar.close()
    assert log == []


def test_a_bar_without_items_cannot_be_iterated():
    with pytest.raises(TypeError, match="update"):
        iter(tqdm(total=3))


def test_trange_and_write(log):
    assert list(trange(2, 5)) == [2, 3, 4]
    tqdm.write("hello")
    assert log[-1]["text"] == "hello"
