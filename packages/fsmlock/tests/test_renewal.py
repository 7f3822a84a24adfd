from __future__ import annotations

import os
import threading

from fsmlock import clock, renewal
from fsmlock.renewal import Renewer
from tests.waiting import wait_until


class Counting:
    """Asks for renewal every 20 ms; the first one can be made to fail."""

    def __init__(self, *, failing=False, times=1000):
        self.count = 0
        self.failing = failing
        self.times = times

    def renew(self):
        self.count += 1
        if self.failing and self.count == 1:
            raise OSError("the store is gone")
        return clock.now() + 0.02 if self.count < self.times else None


def test_one_thread_renews_all_holds_and_a_failing_one_harms_no_other(monkeypatch, caplog):
    monkeypatch.setattr(renewal, "_RETRY_S", 0.05)
    before = sum(t.name == "fsmlock-renewal" for t in threading.enumerate())
    renewer = Renewer()
    failing, healthy = Counting(failing=True), Counting()
    renewer.add(failing, clock.now())
    renewer.add(healthy, clock.now())
    wait_until(lambda: failing.count > 3 and healthy.count > 3)
    assert "could not be renewed" in caplog.text
    assert sum(t.name == "fsmlock-renewal" for t in threading.enumerate()) <= before + 1
    renewer.remove(failing)
    renewer.remove(healthy)


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
    wait_until(lambda: once.count == 1 and renewer._thread is None)
    again = Counting(times=1)
    renewer.add(again, clock.now())
    wait_until(lambda: again.count == 1)


def test_a_forked_child_has_a_renewer_of_its_own():
    before = renewal.renewer()
    renewal._reset_after_fork()
    assert renewal.renewer() is not before
    renewal._renewer = before
    assert hasattr(os, "register_at_fork")
