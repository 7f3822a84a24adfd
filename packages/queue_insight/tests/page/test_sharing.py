from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from queue_insight.page.sharing import MAX_KEPT, MOST_ASKS_PER_S, Pace, Shared


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_value_is_made_once_until_it_is_no_longer_shared(clock):
    shared, made = Shared(0.1, clock), iter(range(10))
    assert [shared.get("one", lambda: next(made)) for _ in range(3)] == [0, 0, 0]
    assert shared.get("two", lambda: next(made)) == 1
    clock.now += 0.11
    assert shared.get("one", lambda: next(made)) == 2


def test_of_many_who_ask_at_once_one_makes_it():
    shared, made, all_ask = Shared(60.0), [], threading.Barrier(8)

    def ask():
        all_ask.wait(10)
        return shared.get("one", lambda: made.append("value") or "value")

    with ThreadPoolExecutor(8) as threads:
        answers = [each.result(10) for each in [threads.submit(ask) for _ in range(8)]]
    assert (answers, made) == (["value"] * 8, ["value"])


def test_what_could_not_be_made_is_tried_again(clock):
    shared = Shared(0.1, clock)
    with pytest.raises(ZeroDivisionError):
        shared.get("one", lambda: 1 / 0)
    assert shared.get("one", lambda: "value") == "value"


def test_a_value_is_as_old_as_what_it_was_made_from(clock):
    shared = Shared(0.1, clock)

    def slow():
        clock.now += 0.2
        return "slow"

    assert shared.get("one", slow) == "slow"
    assert shared.get("one", lambda: "new") == "new"


def test_a_bounded_number_of_values_is_kept(clock):
    shared = Shared(60.0, clock)
    for key in range(MAX_KEPT + 1):
        shared.get(key, lambda: "first")
    assert shared.get(0, lambda: "again") == "again"
    assert shared.get(MAX_KEPT, lambda: "again") == "first"


def test_few_viewers_ask_five_times_a_second_and_many_together_no_more_than_so_often(clock):
    pace = Pace(clock)
    assert pace.pause_s(0) == 0.2
    pauses = [pace.pause_s(viewer) for viewer in range(100)]
    assert pauses[-1] == pytest.approx(100 / MOST_ASKS_PER_S)
    assert [pace.pause_s(viewer) for viewer in range(1200)][-1] == 1.0


def test_a_viewer_who_has_gone_counts_no_more(clock):
    pace = Pace(clock)
    for viewer in range(100):
        pace.pause_s(viewer)
    clock.now += 6.0
    assert pace.pause_s("other") == 0.2
