from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections
from tests.accounts.test_throttle import SIGN_IN, attempt
from tests.waiting import wait_until

from timelapse.accounts.hashing import MOST_AT_ONCE, HashingQueue, NoPlaceError
from timelapse.accounts.throttle import hashing_queue

KEEP = "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); print(); input()"


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashing(monkeypatch):
    """For each hashed password, how many others are being hashed. The first waits until no place is left."""
    others, active = [], []

    def authenticate(*_, **__):
        others.append(len(active))
        active.append(1)
        if len(others) == 1:
            wait_until(everybody_waits)
        active.pop()

    monkeypatch.setattr("django.contrib.auth.backends.ModelBackend.authenticate", authenticate)
    return others


def attempts(pool, count):
    def one(number):
        try:
            return attempt(name=f"user{number}", address=f"198.51.{number}.1")
        finally:
            connections.close_all()

    return [pool.submit(one, number) for number in range(count)]


def everybody_waits():
    """Whether no place is left."""
    try:
        with hashing_queue().place():
            return False
    except NoPlaceError:
        return True


@pytest.mark.django_db(transaction=True)
def test_of_many_sign_ins_at_once_one_password_is_hashed_at_a_time(hashing):
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        found = [each.result() for each in attempts(pool, MOST_AT_ONCE)]
    assert found == [(None, None)] * MOST_AT_ONCE
    assert hashing == [0] * MOST_AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_who_finds_no_place_is_refused_before_anything_is_counted_or_hashed(hashing, anonymous):
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        with hashing_queue().turn():
            waiting = attempts(pool, MOST_AT_ONCE)
            wait_until(everybody_waits)
            answers = [
                anonymous.ask(SIGN_IN, input={"username": "editor", "password": "wrong"})
                for _ in range(MOST_AT_ONCE)
            ]
            assert hashing == []
        assert [each.result() for each in waiting] == [(None, None)] * MOST_AT_ONCE
    refused = {
        "code": "too_many_sign_ins",
        "message": "Too many passwords are being checked at this moment.",
        "remedy": "Try again in 5 seconds.",
    }
    assert [answer["data"]["signIn"]["errors"] for answer in answers] == [[refused]] * MOST_AT_ONCE
    assert len(hashing) == MOST_AT_ONCE


def test_a_place_is_free_again_after_an_error(tmp_path):
    queue = HashingQueue(tmp_path / "lock", places=1)
    with pytest.raises(ZeroDivisionError), queue.place(), queue.turn():
        raise ZeroDivisionError
    with queue.place(), pytest.raises(NoPlaceError), queue.place():
        pass
    with queue.place(), queue.turn():
        pass


def test_the_turn_is_one_for_all_processes_and_ends_with_the_one_that_has_it(tmp_path):
    lock_file = tmp_path / "lock"
    queue = HashingQueue(lock_file, longest_wait_s=0)
    other = subprocess.Popen(
        [sys.executable, "-c", KEEP, lock_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with other:
        other.stdout.readline()
        with pytest.raises(NoPlaceError), queue.turn():
            pass
        other.kill()
    with queue.turn():
        pass
