"""One store hangs, or one process has thousands of holds: no other hold is lost by it."""

from __future__ import annotations

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connections

import fsmlock
from tests.conftest import make_film
from tests.faults.servers import own_postgresql
from tests.shop.models import Film
from tests.waiting import wait_until


@pytest.fixture
def other_store(transactional_db, monkeypatch):
    """A film in a PostgreSQL of its own, behind another alias, and a function that signals its processes."""
    stopped = set()

    def send(number, *, server=False):
        with connections["other"].cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE client_port IS NOT NULL")
            stopped.update(pid for (pid,) in cursor.fetchall())
            if server:
                cursor.execute("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int")
                stopped.update(cursor.fetchone())
        for pid in stopped:
            os.kill(pid, number)

    with own_postgresql() as (port, _), monkeypatch.context() as patch:
        engine = {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {}, "PASSWORD": ""}
        where = {"HOST": "127.0.0.1", "PORT": str(port), "NAME": "postgres", "USER": "postgres"}
        patch.setitem(connections.settings, "other", connections.settings["other"] | engine | where)
        before = connections["other"]
        connections["other"] = connections.create_connection("other")
        call_command("migrate", database="other", run_syncdb=True, verbosity=0)
        film = Film(name="Film 1")
        film.save(using="other")
        try:
            yield film, send
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
            wait_until(lambda: not [t for t in threading.enumerate() if t.name == "fsmlock-renewal"])
            connections["other"].close()
            connections["other"] = before


def renewed(film, seconds):
    """A hold that was renewed once, so that the thread that does so has its connection."""
    held = fsmlock.hold(film, "render", lease=timedelta(seconds=seconds)).acquire()
    first = held.deadline
    wait_until(lambda: held.deadline > first)
    return held


@pytest.mark.django_db(databases=["default", "other"], transaction=True)
def test_a_frozen_database_takes_no_hold_of_another_database_away(other_store):
    film, send = other_store
    hanging = renewed(film, 2)
    with fsmlock.hold(make_film(), "render", lease=timedelta(seconds=1.5)) as healthy:
        send(signal.SIGSTOP, server=True)
        wait_until(lambda: not hanging)
        before = healthy.deadline
        wait_until(lambda: healthy.deadline > before + 3)
        healthy.check()
        with pytest.raises(fsmlock.HoldLost, match="in time"):
            hanging.check()
    hanging.detach()


@pytest.mark.django_db(databases=["default", "other"], transaction=True)
def test_a_connection_that_hangs_is_replaced_before_the_hold_is_lost(other_store):
    film, send = other_store
    held = renewed(film, 6)
    send(signal.SIGSTOP)
    before = held.deadline
    wait_until(lambda: held.deadline > before + 6, within=60)
    held.check()
    held.detach()


@pytest.mark.slow
def test_a_process_with_three_thousand_holds_loses_none(transactional_db):
    Film.objects.bulk_create(Film(name=f"Film {number}") for number in range(3000))
    holds = [fsmlock.hold(film, "render").acquire() for film in Film.objects.all()]
    before = max(held.deadline for held in holds)
    wait_until(lambda: all(held.deadline > before for held in holds), within=100)
    for held in holds:
        held.check()
    for held in holds:
        held.release()
