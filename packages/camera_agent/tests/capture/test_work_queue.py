from __future__ import annotations

import threading

import pytest

from camera_agent.capture.work_queue import WorkQueue
from camera_agent.errors import AgentError, DriverError


@pytest.fixture
def served():
    """Errands with a thread that serves them, as the filming thread does."""
    woken, stop = threading.Event(), threading.Event()
    work_queue = WorkQueue(woken.set)

    def serve() -> None:
        while not stop.is_set():
            woken.wait()
            woken.clear()
            work_queue.run_pending()

    thread = threading.Thread(target=serve)
    thread.start()
    yield work_queue
    stop.set()
    woken.set()
    thread.join()


def test_a_function_is_run_by_the_thread_that_serves(served):
    assert served.call(threading.get_ident, timeout_s=30) != threading.get_ident()


def test_what_it_raises_is_raised_to_the_one_who_asked(served):
    def refuse() -> None:
        raise DriverError("The lens is shut.")

    with pytest.raises(DriverError, match="The lens is shut"):
        served.call(refuse, timeout_s=30)


def test_one_that_nobody_serves_is_given_up():
    with pytest.raises(AgentError, match="within 0 s"):
        WorkQueue(lambda: None).call(lambda: 1, timeout_s=0)


def test_after_the_end_it_is_refused_at_once():
    work_queue = WorkQueue(lambda: None)
    work_queue.close()
    with pytest.raises(AgentError, match="The agent is stopping"):
        work_queue.call(lambda: 1, timeout_s=30)


def test_what_nobody_waits_for_any_more_is_not_done():
    done = []
    requests = WorkQueue(lambda: None)
    with pytest.raises(DriverError, match="did not come to it"):
        requests.call(lambda: done.append(1), timeout_s=0.01)
    requests.run_pending()
    assert done == []
