from __future__ import annotations

from camera_agent.delivery.deferral import DEFER_S, FAILURES, MAX_COUNTED, MAX_DEFERRED, DeferredCaptures


class World:
    """Some captures, of which the server stumbles over `bad`; sent oldest first, as a sender does."""

    def __init__(self, count: int, bad) -> None:
        self.waiting, self.bad, self.now = list(range(1, count + 1)), set(bad), 0.0
        self.deferral = DeferredCaptures(monotonic=lambda: self.now)
        self.sent = []

    def step(self) -> None:
        deferred = self.deferral.deferred()
        one = next((one for one in self.waiting if one not in deferred), self.waiting[0])
        if one in self.bad:
            self.deferral.failed(one)
        else:
            self.deferral.resolved(one)
            self.sent.append(one)
            self.waiting.remove(one)

    def steps(self, count: int) -> list[int]:
        for _ in range(count):
            if self.waiting:
                self.step()
        return self.sent


def test_others_pass_a_capture_over_which_the_server_stumbles():
    assert World(4, bad={2}).steps(3 + FAILURES) == [1, 3, 4]


def test_a_server_that_stumbles_over_all_takes_them_in_order_when_it_is_well():
    world = World(5, bad={1, 2, 3, 4, 5})
    world.steps(FAILURES + 1)
    assert world.deferral.deferred() == frozenset()
    world.steps(2 * FAILURES + 3)
    world.bad.clear()
    world.now += DEFER_S
    assert world.steps(5) == [1, 2, 3, 4, 5]


def test_one_set_aside_is_tried_again_after_its_time_and_passed_at_once_when_it_still_fails():
    world = World(40, bad={1})
    world.steps(FAILURES + 5)
    world.now += DEFER_S + 1
    assert world.deferral.deferred() == frozenset()
    world.steps(2)
    assert world.sent == [2, 3, 4, 5, 6, 7]
    world.bad.clear()
    world.now += DEFER_S + 1
    world.step()
    assert world.sent[-1] == 1
    assert world.deferral.deferred() == frozenset()


def test_no_more_than_a_few_are_set_aside():
    # Every other one is bad, so that the server seems well in between.
    world = World(60, bad=range(1, 60, 2))
    world.steps(1000)
    assert len(world.deferral.deferred()) <= MAX_DEFERRED
    assert world.sent == list(range(2, 2 * MAX_DEFERRED + 1, 2))


def test_those_that_another_uploader_delivered_keep_no_later_one_from_being_deferred():
    now = 0.0
    deferral = DeferredCaptures(monotonic=lambda: now)
    for capture in range(MAX_DEFERRED):  # each is deferred, and never seen again
        for _ in range(FAILURES):
            deferral.failed(capture)
        deferral.resolved(-1)
    now += DEFER_S + 1
    for _ in range(FAILURES):
        deferral.failed(100)
    assert deferral.deferred() == {100}


def test_failures_of_captures_that_others_delivered_are_forgotten():
    deferral = DeferredCaptures()
    for capture in range(10 * MAX_COUNTED):  # each fails once here, and is never seen again
        deferral.failed(capture)
    assert len(deferral._failures) == MAX_COUNTED


def test_a_deferred_capture_is_not_forgotten_for_others():
    world = World(1, bad={1})
    for _ in range(FAILURES):
        world.deferral.failed(1)
    world.deferral.resolved(-1)
    for capture in range(2, 3 * MAX_COUNTED):
        world.deferral.failed(capture)
    assert world.deferral.deferred() == {1}
    world.now += DEFER_S + 1
    world.deferral.failed(1)
    assert world.deferral.deferred() == {1}
