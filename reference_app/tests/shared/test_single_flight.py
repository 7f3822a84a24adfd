from __future__ import annotations

import asyncio
import threading

from timelapse.shared.single_flight import SingleFlight


class Slow:
    """Counts its calls. A call ends when the test releases it."""

    def __init__(self):
        self.calls = 0
        self.started, self.release_call = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self):
        self.calls += 1
        number = self.calls
        self.started.release()
        assert self.release_call.acquire(timeout=10)
        return number

    async def has_started(self):
        assert await asyncio.to_thread(self.started.acquire, timeout=10)


async def test_requests_during_a_call_share_the_next_one():
    slow = Slow()
    shared = SingleFlight(slow)
    first = asyncio.create_task(shared())
    await slow.has_started()
    others = [asyncio.create_task(shared()) for _ in range(100)]
    slow.release_call.release(2)
    assert await first == 1
    assert set(await asyncio.gather(*others)) == {2}  # what they ask about may have changed since it began
    assert slow.calls == 2


async def test_a_cancelled_caller_does_not_cancel_the_others():
    slow = Slow()
    shared = SingleFlight(slow)
    leaving, staying = asyncio.create_task(shared()), asyncio.create_task(shared())
    await slow.has_started()
    leaving.cancel()
    slow.release_call.release()
    assert await staying == 1


async def test_a_recent_result_is_reused_where_that_is_allowed():
    slow = Slow()
    slow.release_call.release(2)
    shared = SingleFlight(slow)
    assert [await shared(), await shared(not_older_s=60), await shared()] == [1, 1, 2]


async def test_a_failure_reaches_all_callers_and_the_next_call_is_tried():
    answers = iter([ZeroDivisionError("no"), None])

    def failing():
        if (error := next(answers)) is not None:
            raise error
        return "result"

    shared = SingleFlight(failing)
    results = await asyncio.gather(shared(), shared(), return_exceptions=True)
    assert [str(error) for error in results] == ["no", "no"]
    assert await shared() == "result"
