from __future__ import annotations

import threading

import pytest

from timelapse.ingest.workers import FairExecutor


@pytest.fixture
def executor():
    return FairExecutor(3, per_party=2, name="test")


def test_one_party_leaves_a_thread_to_the_others(executor):
    release = threading.Event()
    greedy = [executor.submit("greedy", release.wait) for _ in range(10)]
    assert executor.submit("modest", lambda: "done").result(30) == "done"
    assert not any(each.done() for each in greedy)
    release.set()
    assert [each.result(30) for each in greedy] == [True] * 10


def test_those_that_wait_take_turns():
    executor, release, order = FairExecutor(1, per_party=1, name="test"), threading.Event(), []
    executor.submit("first", release.wait)
    later = [executor.submit(name, lambda name=name: order.append(name)) for name in "aaabc"]
    release.set()
    for each in later:
        each.result(30)
    assert order == list("abcaa")


def test_an_error_belongs_to_who_waits_and_frees_the_thread(executor):
    failing = [executor.submit("a", lambda: 1 / 0) for _ in range(5)]
    for each in failing:
        with pytest.raises(ZeroDivisionError):
            each.result(30)
    assert executor.submit("a", lambda: "done").result(30) == "done"
