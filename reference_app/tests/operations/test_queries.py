from __future__ import annotations

import pytest
from tests import factories

from fsmlock import hold
from timelapse.operations.queries import overview

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
        with django_assert_num_queries(1):
            overview()
        with locked[1], locked[2], locked[3], locked[4], django_assert_num_queries(1):
            assert len(overview().holds) == 5
