from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.waiting import until

from eliot_progress.background import Background

THREADS, ROUNDS = 8, 200


@pytest.fixture
def eager_switches():
    """Let threads take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Counted:
    """Work that counts the threads that do it, and its turns."""

    def __init__(self) -> None:
        self.threads, self.turns = [], 0
        self.background = Background(self._run, "counted")

    def _run(self) -> None:
        self.threads.append(threading.get_ident())
        while self.background.sleep():
            self.turns += 1


def test_wakes_of_several_threads_at_once_start_one_thread(eager_switches):
    together = threading.Barrier(THREADS)

    def wake(work: Counted) -> bool:
        together.wait(60)
        return work.background.wake()

    started = []
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(ROUNDS):
            work = Counted()
            assert all(threads.map(wake, [work] * THREADS))
            until(lambda work=work: work.turns)
            work.background.stop()
            started.append(len(work.threads))
    assert started == [1] * ROUNDS
