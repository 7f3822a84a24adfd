from __future__ import annotations

import asyncio
import threading

from timelapse.shared.single_flight import SingleFlight


class Slow:
    """Counts how often it is looked at. A look ends when the test lets it."""

    def __init__(self):
        self.looks = 0
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self):
        self.looks += 1
        seen = self.looks
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        return seen

    async def has_begun(self):
        assert await asyncio.to_thread(self.begun.acquire, timeout=10)


async def test_all_who_ask_while_a_look_is_under_way_share_the_next_one():
    slow = Slow()
    look = SingleFlight(slow)
    first = asyncio.create_task(look())
    await slow.has_begun()
    others = [asyncio.create_task(look()) for _ in range(100)]
    slow.go_on.release(2)
    assert await first == 1
    assert set(await asyncio.gather(*others)) == {2}  # what they ask about may have changed since it began
    assert slow.looks == 2


async def test_who_leaves_takes_nobody_s_look_away():
    slow = Slow()
    look = SingleFlight(slow)
    leaving, staying = asyncio.create_task(look()), asyncio.create_task(look())
    await slow.has_begun()
    leaving.cancel()
    slow.go_on.release()
    assert await staying == 1


async def test_a_look_of_a_moment_ago_does_for_whom_it_is_good_enough():
    slow = Slow()
    slow.go_on.release(2)
    look = SingleFlight(slow)
    assert [await look(), await look(not_older_s=60), await look()] == [1, 1, 2]


async def test_a_look_that_fails_says_why_to_all_and_the_next_one_is_tried():
    answers = iter([ZeroDivisionError("no"), None])

    def failing():
        if (error := next(answers)) is not None:
            raise error
        return "seen"

    look = SingleFlight(failing)
    results = await asyncio.gather(look(), look(), return_exceptions=True)
    assert [str(error) for error in results] == ["no", "no"]
    assert await look() == "seen"
