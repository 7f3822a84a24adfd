from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests import factories

from fsmlock import hold
from queue_insight.errors import StoreUnreachableError
from timelapse.operations import queries
from timelapse.operations.queries import overview, recent_periodic_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hold_shows_with_its_lock_and_why():
    garden = factories.timelapse()
    with hold(garden, "render", why="Movie 7"):
        found = overview()
    assert [(each.lock, each.why) for each in found.holds] == [("render", "Movie 7")]
    assert overview().holds == ()


def test_the_number_of_queries_does_not_grow_with_the_holds(django_assert_num_queries):
    locked = [hold(factories.timelapse(name=f"Garden {number}"), "render") for number in range(5)]
    with locked[0]:
        with django_assert_num_queries(2):
            overview()
        with locked[1], locked[2], locked[3], locked[4], django_assert_num_queries(2):
            assert len(overview().holds) == 5


def test_periodic_tasks_are_read_once_in_a_while(monkeypatch):
    monkeypatch.setattr(queries, "_last_periodic", [])
    first = recent_periodic_tasks()
    assert {each.entry for each in first} >= {"recover-movies", "watch-needs"}
    monkeypatch.setattr(queries, "read_periodic_tasks", fail)
    assert recent_periodic_tasks() == first
    (read,) = queries._last_periodic
    queries._last_periodic[:] = [replace(read, at=read.at - timedelta(minutes=1))]
    assert recent_periodic_tasks() == ()  # what was late then may have come


def fail():
    raise StoreUnreachableError("there", TimeoutError())
