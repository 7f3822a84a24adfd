from __future__ import annotations

import os
import signal
import threading

import pytest

from camera_agent.host.threads import ThreadGroup


def test_the_end_of_an_essential_thread_ends_all():
    threads = ThreadGroup()
    threads.start("retrying", lambda: threads.stop.wait(20))
    threads.start("work", lambda: None, essential=True)
    threads.wait()
    assert threads.join(5)
    threads.raise_error()


def test_an_error_in_any_thread_ends_all_and_is_raised_in_the_main_one():
    threads = ThreadGroup()

    def fail() -> None:
        raise ValueError("oh")

    threads.start("retrying", lambda: threads.stop.wait(20), essential=True)
    threads.start("failing", fail)
    threads.wait()
    assert threads.join(5)
    with pytest.raises(ValueError, match="oh"):
        threads.raise_error()


def test_an_error_while_stopping_is_no_error():
    threads = ThreadGroup()

    def fail_when_stopped() -> None:
        threads.stop.wait(20)
        raise ValueError("cut off")

    threads.start("failing", fail_when_stopped)
    threads.request_stop()
    threads.wait()
    assert threads.join(5)
    threads.raise_error()


def test_a_thread_that_does_not_end_is_not_waited_for():
    threads, free = ThreadGroup(), threading.Event()
    threads.start("stubborn", lambda: free.wait(20))
    threads.request_stop()
    threads.wait()
    assert not threads.join(0.05)
    free.set()
    assert threads.join(5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_for_the_end_and_is_given_back(number):
    threads, before = ThreadGroup(), signal.getsignal(number)
    with threads.stopped_by_signals():
        os.kill(os.getpid(), number)
        threads.wait()
    assert signal.getsignal(number) == before


def test_a_signal_that_another_thread_takes_asks_for_the_end_too():
    threads, number = ThreadGroup(), signal.SIGTERM

    def take_it() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)

    with threads.stopped_by_signals():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
        try:
            threads.start("taking", take_it)
            threads.wait()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert threads.join(5)


def test_a_thread_that_could_not_be_started_keeps_nobody_from_joining_the_others(monkeypatch):
    threads = ThreadGroup()

    def cannot(_thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", cannot)
        with pytest.raises(RuntimeError):
            threads.start("one too many", lambda: None)
    threads.start("work", lambda: None, essential=True)
    threads.wait()
    assert threads.join(5)
