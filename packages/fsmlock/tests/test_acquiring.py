from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction

import fsmlock
from fsmlock import Preempt, Skip, Wait, backends
from tests.conftest import make_film
from tests.waiting import wait_until

LONG = timedelta(seconds=20)


@pytest.fixture(params=["database", "redis"])
def real_film(request, transactional_db, settings):
    if request.param == "redis":
        request.getfixturevalue("valkey")
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
    return make_film()


class Thread(threading.Thread):
    """Does something with connections of its own."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self.act = act
        self.start()

    def run(self):
        try:
            self.act()
        finally:
            connections.close_all()


def waiting(film):
    return [h for h in fsmlock.backends.get().find([f"shop.film:{film.pk}"], using="default") if h.waits]


def test_a_waiter_enters_within_a_fifth_of_a_second_of_the_release(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    entered = []

    def wait():
        with fsmlock.hold(real_film, "render", policy=Wait(up_to=LONG)):
            entered.append(time.monotonic())

    thread = Thread(wait)
    wait_until(lambda: waiting(real_film))
    held.release()
    released = time.monotonic()
    thread.join(20)
    assert entered[0] - released < 0.5  # 0.2 on a quiet machine
    assert waiting(real_film) == []


def test_who_came_first_is_served_first(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    order, threads = [], []
    for number in range(4):

        def wait(number=number):
            with fsmlock.hold(real_film, "render", policy=Wait(up_to=LONG)):
                order.append(number)

        threads.append(Thread(wait))
        wait_until(lambda number=number: len(waiting(real_film)) == number + 1)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(real_film, "render").acquire()
    held.release()
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2, 3]


def test_who_waited_long_enough_leaves_the_line_with_the_reason(real_film):
    held = fsmlock.hold(real_film, "render", holder="import 12").acquire()
    with pytest.raises(fsmlock.HoldRefused, match="import 12"):
        fsmlock.hold(real_film, "render", policy=Wait(up_to=timedelta(milliseconds=150))).acquire()
    assert waiting(real_film) == []
    held.release()


def test_preempt_asks_and_the_holder_makes_way(real_film, settings):
    settings.FSMLOCK = (
        {**settings.FSMLOCK, "NOTICE_WITHIN": timedelta(milliseconds=50)}
        if hasattr(settings, "FSMLOCK")
        else {"NOTICE_WITHIN": timedelta(milliseconds=50)}
    )
    held, asked = fsmlock.hold(real_film, "render").acquire(), []

    def work():
        while not asked:
            try:
                held.check()
            except fsmlock.CancelRequested as request:
                asked.append(request.by)
            threading.Event().wait(0.01)
        held.release()

    thread = Thread(work)
    with fsmlock.hold(real_film, "render", policy=Preempt(grace=LONG), holder="urgent"):
        assert asked == ["urgent"]
    thread.join(20)


def test_preempt_with_force_breaks_what_is_left(real_film):
    stuck = fsmlock.hold(real_film, "render").acquire()
    with fsmlock.hold(real_film, "render", policy=Preempt(grace=timedelta(milliseconds=100), force=True)):
        pass
    polite = fsmlock.hold(real_film, "render", policy=Preempt(grace=timedelta(milliseconds=50)))
    with fsmlock.hold(real_film, "render"), pytest.raises(fsmlock.HoldRefused):
        polite.acquire()
    stuck.release()


def test_skip_enters_with_a_false_hold_and_the_reasons(real_film):
    with fsmlock.hold(real_film, "render"), fsmlock.hold(real_film, "render", policy=Skip()) as held:
        assert not held
        assert [r.code for r in held.reasons] == ["held"]


@pytest.mark.sqlite  # only its write lock keeps the holder from releasing
@pytest.mark.parametrize("real_film", ["database"], indirect=True)
def test_waiting_inside_an_open_transaction_of_sqlite_is_refused_at_once(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    with pytest.raises(fsmlock.HoldRefused), transaction.atomic():
        fsmlock.hold(real_film, "render", policy=Wait(up_to=LONG)).acquire()
    held.release()


async def test_a_coroutine_waits_without_holding_up_the_loop(async_film):
    ticks = []

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.01)

    held = await sync_to_async(fsmlock.hold(async_film, "render").acquire)()
    ticking = asyncio.create_task(tick())
    asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(sync_to_async(held.release)()))
    async with fsmlock.hold(async_film, "render", policy=Wait(up_to=LONG)) as mine:
        mine.check()
    ticking.cancel()
    assert len(ticks) > 5
