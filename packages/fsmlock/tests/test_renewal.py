from __future__ import annotations

import os
import threading
from contextlib import contextmanager

import pytest

from fsmlock import clock, renewal
from fsmlock.renewal import Renewer, Schedule, StoreRenewer
from tests.waiting import wait_until


class Counting:
    """Asks for renewal every 20 ms; the first one can be made to fail, or to wait until ``go``."""

    def __init__(self, *, failing=False, times=1000, using="default", lasts_s=10.0, go=None):
        self.count = 0
        self.using = using
        self.asked_for_deadline = 0
        self._failing = failing
        self._times = times
        self._go = go
        self._deadline = clock.now() + lasts_s

    @property
    def deadline(self):
        self.asked_for_deadline += 1
        return self._deadline

    def renew(self):
        self.count += 1
        if self._failing and self.count == 1:
            raise OSError("the store is gone")
        if self._go is not None:
            self._go.wait()
        return clock.now() + 0.02 if self.count < self._times else None


def assert_renews(renewer):
    """A hold that is added now is renewed again and again."""
    healthy = Counting()
    renewer.add(healthy, clock.now())
    wait_until(lambda: healthy.count > 3)
    renewer.remove(healthy)


def renewal_threads():
    return [thread for thread in threading.enumerate() if thread.name == "fsmlock-renewal"]


def test_one_thread_renews_the_holds_of_a_store_and_a_failing_one_harms_no_other(monkeypatch, caplog):
    monkeypatch.setattr(renewal, "_RETRY_S", 0.05)
    before = len(renewal_threads())
    renewer = Renewer()
    failing, healthy = Counting(failing=True), Counting()
    renewer.add(failing, clock.now())
    renewer.add(healthy, clock.now())
    wait_until(lambda: failing.count > 3 and healthy.count > 3)
    assert "could not be renewed" in caplog.text
    assert len(renewal_threads()) <= before + 1
    renewer.remove(failing)
    renewer.remove(healthy)


def test_a_store_that_hangs_delays_no_hold_of_another_store():
    renewer, go = Renewer(), threading.Event()
    hanging, healthy = Counting(using="other", go=go), Counting()
    renewer.add(hanging, clock.now())
    wait_until(lambda: hanging.count)
    renewer.add(healthy, clock.now())
    wait_until(lambda: healthy.count > 10)
    assert hanging.count == 1
    renewer.remove(hanging)
    renewer.remove(healthy)
    go.set()


def test_a_renewal_that_hangs_is_tried_again_and_delays_the_others_of_its_store_only_briefly(monkeypatch):
    monkeypatch.setattr(renewal, "_LEAST_LIMIT_S", 0.05)
    renewer, go = Renewer(), threading.Event()
    hanging = Counting(go=go, lasts_s=0.1)
    renewer.add(hanging, clock.now())
    wait_until(lambda: hanging.count)
    renewer.remove(hanging)
    assert_renews(renewer)
    go.set()


@pytest.fixture
def refuse_threads(monkeypatch):
    """Until the block ends no thread of that name can be started, as at a limit of the system."""

    @contextmanager
    def refuse(name):
        start = threading.Thread.start

        def refused(thread):
            if thread.name == name:
                raise RuntimeError("can't start new thread")
            start(thread)

        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refused)
            yield

    return refuse


def test_holds_are_renewed_although_a_thread_could_not_be_started_for_an_earlier_one(refuse_threads):
    renewer, refused = Renewer(), Counting()
    with refuse_threads("fsmlock-renewal"), pytest.raises(RuntimeError):
        renewer.add(refused, clock.now())
    renewer.remove(refused)
    assert_renews(renewer)
    assert refused.count == 0


def test_a_slow_store_is_noticed_although_its_watch_could_not_be_started_at_first(
    refuse_threads, monkeypatch
):
    monkeypatch.setattr(renewal, "_LEAST_LIMIT_S", 0.05)
    renewer, go = Renewer(), threading.Event()
    hanging = Counting(go=go, lasts_s=0.1)
    with refuse_threads("fsmlock-renewal-watch"), pytest.raises(RuntimeError):
        renewer.add(hanging, clock.now())
    wait_until(lambda: hanging.count)
    renewer.remove(hanging)
    assert_renews(renewer)
    go.set()


def test_a_watch_goes_on_although_no_thread_could_take_over(refuse_threads, monkeypatch, caplog):
    monkeypatch.setattr(renewal, "_LEAST_LIMIT_S", 0.05)
    renewer, go = Renewer(), threading.Event()
    hanging = Counting(go=go, lasts_s=0.1)
    renewer.add(hanging, clock.now())
    wait_until(lambda: hanging.count)
    with refuse_threads("fsmlock-renewal"):
        wait_until(lambda: "waits for a slow store" in caplog.text)
    renewer.remove(hanging)
    assert_renews(renewer)
    go.set()


def test_a_store_that_hangs_for_good_occupies_few_threads(monkeypatch):
    monkeypatch.setattr(renewal, "_LEAST_LIMIT_S", 0.02)
    before, go = len(renewal_threads()), threading.Event()
    store, hanging = StoreRenewer(), [Counting(go=go, lasts_s=0.1) for _ in range(20)]
    for hold in hanging:
        store.add(hold, clock.now())
    most = 1 + renewal._MOST_LEFT_BEHIND

    def asked():
        store.leave_overdue(clock.now() + 10)
        return sum(hold.count for hold in hanging)

    wait_until(lambda: asked() == most)
    assert len(renewal_threads()) <= before + most
    go.set()
    wait_until(lambda: all(hold.count > 1 for hold in hanging))
    for hold in hanging:
        store.remove(hold)


def test_of_the_holds_that_are_due_the_one_that_is_lost_first_comes_first():
    schedule = Schedule()
    slow, urgent, later = Counting(lasts_s=60), Counting(lasts_s=2), Counting(lasts_s=1)
    schedule.put(slow, 1.0)
    schedule.put(urgent, 2.0)
    schedule.put(later, 4.0)
    assert [schedule.take(3.0) for _ in range(3)] == [urgent, slow, None]
    assert schedule.next_due() == 4.0


def test_a_hold_has_one_place_in_the_schedule():
    schedule, hold = Schedule(), Counting()
    schedule.put(hold, 1.0)
    schedule.put(hold, 5.0)
    assert schedule.take(2.0) is None
    assert schedule.take(5.0) is hold
    assert schedule.take(9.0) is None
    assert hold in schedule
    schedule.put(hold, 1.0)
    schedule.drop(hold)
    assert schedule.take(9.0) is None
    assert not schedule


def test_choosing_a_hold_looks_at_no_other_hold():
    schedule, holds = Schedule(), [Counting() for _ in range(3000)]
    for due, hold in enumerate(holds):
        schedule.put(hold, due)
    for now in range(3000):
        assert schedule.take(now) is holds[now]
        schedule.put(holds[now], 10_000)
    assert {hold.asked_for_deadline for hold in holds} == {1}


def test_holds_that_are_taken_and_released_at_once_leave_nothing_in_the_schedule():
    schedule, kept = Schedule(), Counting()
    schedule.put(kept, 1.0)
    for _ in range(1000):
        hold = Counting()
        schedule.put(hold, 1000.0)
        schedule.drop(hold)
    assert len(schedule._waiting) < 100
    assert schedule.take(2.0) is kept


def test_a_more_urgent_hold_is_renewed_first():
    renewer = Renewer()
    later, soon = Counting(), Counting()
    renewer.add(later, clock.now() + 1000)
    renewer.add(soon, clock.now() + 0.01)
    wait_until(lambda: soon.count)
    assert later.count == 0
    renewer.remove(later)
    renewer.remove(soon)


def test_the_thread_ends_when_there_is_nothing_to_renew_and_starts_again(monkeypatch):
    monkeypatch.setattr(renewal, "_IDLE_TIMEOUT_S", 0.02)
    renewer = Renewer()
    once = Counting(times=1)
    renewer.add(once, clock.now())
    wait_until(lambda: once.count == 1 and renewer._watch is None)
    assert all(store.is_idle for store in renewer._stores.values())
    again = Counting(times=1)
    renewer.add(again, clock.now())
    wait_until(lambda: again.count == 1)


def test_a_signal_handler_may_take_a_hold_while_another_is_being_added():
    renewer, inner, outer = Renewer(), Counting(times=1), Counting(times=1)

    class Interrupted(dict):
        """A signal arrives while the store is looked up."""

        def get(self, *args):
            renewer._stores = {}
            renewer.add(inner, clock.now())
            return renewer._stores.get(*args)

    renewer._stores = Interrupted()
    renewer.add(outer, clock.now())
    wait_until(lambda: inner.count == outer.count == 1)


def test_a_forked_child_has_a_renewer_of_its_own():
    before = renewal.renewer()
    renewal._reset_after_fork()
    assert renewal.renewer() is not before
    renewal._renewer = before
    assert hasattr(os, "register_at_fork")
