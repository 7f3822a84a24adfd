from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

import fsmlock
from fsmlock import Preempt, RetryLater, Skip, Wait, acquisition, backends
from fsmlock.backends import database, redis
from fsmlock.backends.base import MOST_HOLDS
from fsmlock.backends.redis import RedisBackend
from fsmlock.retries import RetryState, current
from tests.conftest import make_film
from tests.shop.models import Frame
from tests.waiting import wait_until

LONG = timedelta(seconds=20)


@pytest.fixture(autouse=True)
def fresh_retry_state():
    token = current.set(RetryState())
    yield
    current.reset(token)


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


@pytest.fixture
def only_a_release_wakes(monkeypatch):
    """Waiters don't try again by themselves, and keep their place without that."""
    monkeypatch.setattr(acquisition, "_ATTEMPT_EVERY_S", 10 * LONG.total_seconds())
    monkeypatch.setattr(database, "WAITER_LEASE_US", int(10 * LONG.total_seconds() * 1_000_000))
    monkeypatch.setattr(redis, "_WAITER_LEASE_MS", int(10 * LONG.total_seconds() * 1_000))


@pytest.mark.usefixtures("only_a_release_wakes")
def test_a_waiter_is_woken_by_the_release(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    order = []

    def wait():
        with fsmlock.hold(real_film, "render", policy=Wait(up_to=10 * LONG)):
            order.append("entered")

    thread = Thread(wait)
    wait_until(lambda: fsmlock.waiters_on(real_film))
    order.append("released")
    held.release()
    thread.join(LONG.total_seconds())
    assert order == ["released", "entered"]
    assert fsmlock.waiters_on(real_film) == ()


def test_waiters_are_served_in_order(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    order, threads = [], []
    for number in range(4):

        def wait(number=number):
            with fsmlock.hold(real_film, "render", policy=Wait(up_to=LONG)):
                order.append(number)

        threads.append(Thread(wait))
        wait_until(lambda number=number: len(fsmlock.waiters_on(real_film)) == number + 1)
    with pytest.raises(fsmlock.HoldRefused):
        fsmlock.hold(real_film, "render").acquire()
    held.release()
    for thread in threads:
        thread.join(20)
    assert order == [0, 1, 2, 3]


def test_a_waiter_gives_up_with_the_reason(real_film):
    held = fsmlock.hold(real_film, "render", holder="import 12").acquire()
    with pytest.raises(fsmlock.HoldRefused, match="import 12"):
        fsmlock.hold(real_film, "render", policy=Wait(up_to=timedelta(milliseconds=150))).acquire()
    assert fsmlock.waiters_on(real_film) == ()
    held.release()


def test_preempt_requests_a_stop_and_the_holder_releases(real_film, settings):
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


def test_preempt_asks_all_holders_at_once_and_nobody_else(real_film):
    looking = [fsmlock.hold(real_film, "ingest").acquire() for _ in range(2 * MOST_HOLDS)]
    frame = Frame.objects.create(film=real_film)
    below = fsmlock.hold(frame, "process").acquire()
    stored_elsewhere = isinstance(backends.get(), RedisBackend)
    polite = fsmlock.hold(real_film, "render", policy=Preempt(grace=timedelta(milliseconds=1)), holder="me")
    with CaptureQueriesContext(connection) as captured, pytest.raises(fsmlock.HoldRefused):
        polite.acquire()
    asked = [sql for sql in captured if sql["sql"].startswith("UPDATE") and "stop_by" in sql["sql"]]
    assert len(asked) == (0 if stored_elsewhere else 1)
    assert {hold.cancel_requested_by for hold in fsmlock.holds_on(real_film)} == {"me"}
    assert {hold.cancel_requested_by for hold in fsmlock.holds_on(frame)} == {"me"}
    with fsmlock.hold(
        real_film, "render", policy=Preempt(grace=timedelta(milliseconds=1), force=True), holder="me"
    ):
        assert [hold.lock for hold in fsmlock.holds_on(real_film)] == ["render"]
    for held in (*looking, below):
        held.release()


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


async def test_a_coroutine_waits_without_blocking_the_loop(async_film):
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


@pytest.fixture(params=["database", "redis"])
async def async_real_film(request, async_film, settings):
    if request.param == "redis":
        request.getfixturevalue("valkey")
        settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
        backends._build.cache_clear()
    return async_film


def held_by_a_thread(film, until):
    """Hold it in a thread until told to let go."""
    with fsmlock.hold(film, "render"):
        until.wait(LONG.total_seconds())
    connections.close_all()


@pytest.mark.usefixtures("only_a_release_wakes")
async def test_a_coroutine_is_woken_by_the_release(async_real_film):
    let_go = threading.Event()
    loop = asyncio.get_running_loop()
    holder = loop.run_in_executor(None, held_by_a_thread, async_real_film, let_go)
    await loop.run_in_executor(None, wait_until, lambda: someone_holds(async_real_film))

    async def wait():
        async with fsmlock.hold(async_real_film, "render", policy=Wait(up_to=10 * LONG)) as mine:
            mine.check()

    waiting = asyncio.create_task(wait())
    await loop.run_in_executor(None, wait_until, lambda: someone_waits(async_real_film))
    let_go.set()
    await asyncio.wait_for(waiting, LONG.total_seconds())
    await holder
    assert not await loop.run_in_executor(None, someone_waits, async_real_film)


async def test_a_waiting_coroutine_queries_four_times_a_second_at_most(valkey, async_film, settings):
    settings.FSMLOCK = {"BACKEND": "fsmlock.backends.redis.RedisBackend"}
    backends._build.cache_clear()
    client = get_redis_connection("fsmlock")

    async def wait():
        async with fsmlock.hold(async_film, "render", policy=Wait(up_to=LONG)):
            pass

    held = await sync_to_async(fsmlock.hold(async_film, "render").acquire)()
    waiting = asyncio.create_task(wait())
    await sync_to_async(wait_until, thread_sensitive=False)(lambda: someone_waits(async_film))
    asked = time.monotonic()
    client.config_resetstat()
    assert await asyncio.wait({waiting}, timeout=1) == (set(), {waiting})
    calls = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    renewals = time.monotonic() - asked
    assert calls <= 4 + 4 * renewals + renewals
    await sync_to_async(held.release)()
    await waiting


def someone_holds(film):
    found = fsmlock.holds_on(film)
    connections.close_all()
    return found


def someone_waits(film):
    found = fsmlock.waiters_on(film)
    connections.close_all()
    return found


async def test_a_coroutine_that_is_cancelled_while_it_is_granted_the_hold_leaves_nothing_held(async_film):
    async def work():
        async with fsmlock.hold(async_film, "render", policy=Wait(up_to=LONG)):
            await asyncio.sleep(LONG.total_seconds())

    held = await sync_to_async(fsmlock.hold(async_film, "render").acquire)()
    for release in (False, True):
        task = asyncio.create_task(work())
        await sync_to_async(wait_until, thread_sensitive=False)(lambda: someone_waits(async_film))
        if release:
            await sync_to_async(held.release)()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await sync_to_async(fsmlock.holds_on)(async_film) == ()
    assert await sync_to_async(fsmlock.waiters_on)(async_film) == ()


def test_preempt_reaches_the_child_that_blocks_the_parent(real_film):
    frame = Frame.objects.create(film=real_film)
    stuck = fsmlock.hold(frame, "process").acquire()
    with fsmlock.hold(real_film, "render", policy=Preempt(grace=timedelta(milliseconds=100), force=True)):
        assert [h.lock for h in fsmlock.holds_on(frame)] == ["render"]
    stuck.release()


def test_a_retrying_task_is_listed_as_a_waiter_and_blocks_nobody(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    policy = RetryLater(backoff=timedelta(seconds=1), give_up_after=timedelta(seconds=1))
    refused = []
    for attempt in ("first", "second"):
        with pytest.raises(fsmlock.HoldRefused) as error:
            fsmlock.hold(real_film, "render", policy=policy, why=attempt).acquire()
        refused.append(error.value)
        assert [(w.lock, w.why, w.kind) for w in fsmlock.waiters_on(real_film)] == [
            ("render", attempt, "retrying")
        ]
        current.set(RetryState(attempts=1, waited=timedelta(0), claim_id=error.value.claim_id))
    assert refused[0].claim_id == refused[1].claim_id
    held.release()
    with fsmlock.hold(real_film, "render", policy=policy):
        assert fsmlock.waiters_on(real_film) == ()


def test_a_task_that_gives_up_is_no_longer_listed(real_film):
    held = fsmlock.hold(real_film, "render").acquire()
    policy = RetryLater(give_up_after=timedelta(seconds=1))
    with pytest.raises(fsmlock.HoldRefused) as error:
        fsmlock.hold(real_film, "render", policy=policy).acquire()
    current.set(RetryState(attempts=9, waited=timedelta(seconds=2), claim_id=error.value.claim_id))
    with pytest.raises(fsmlock.HoldRefused) as error:
        fsmlock.hold(real_film, "render", policy=policy).acquire()
    assert error.value.retry_after is None
    assert fsmlock.waiters_on(real_film) == ()
    held.release()


@pytest.mark.parametrize("policy", [Wait(up_to=LONG), Preempt(grace=LONG), Preempt(grace=LONG, force=True)])
def test_who_waits_for_itself_is_refused_at_once_and_not_asked_to_stop(real_film, policy):
    with fsmlock.hold(real_film, "render") as held:
        with pytest.raises(fsmlock.HoldRefused, match="already held by the code that asks") as refused:
            fsmlock.hold(real_film, "render", policy=policy).acquire()
        assert [reason.code for reason in refused.value.reasons] == ["held_by_itself"]
        assert "within=" in refused.value.reasons[0].remedy
        assert fsmlock.waiters_on(real_film) == ()
        (there,) = fsmlock.holds_on(real_film)
        assert there.cancel_requested_by is None
        held.check()


async def test_a_coroutine_that_waits_for_itself_is_refused_at_once(async_film):
    async with fsmlock.hold(async_film, "render"):
        with pytest.raises(fsmlock.HoldRefused, match="already held by the code that asks"):
            async with fsmlock.hold(async_film, "render", policy=Wait(up_to=LONG)):
                """Never reached."""


async def test_a_task_may_wait_for_the_task_that_started_it(async_film):
    async def wait():
        async with fsmlock.hold(async_film, "render", policy=Wait(up_to=LONG)):
            return "held"

    async with fsmlock.hold(async_film, "render"):
        child = asyncio.create_task(wait())
        await asyncio.sleep(0)
    assert await child == "held"
