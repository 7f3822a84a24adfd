from __future__ import annotations

import pytest
from tests import filming

from eliot_progress import install, progress
from fsmlock import hold
from timelapse.operations.queries import overview
from timelapse.shared.progress import store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reporting():
    installed = install(store=store())
    yield installed
    installed.remove()


def test_a_hold_shows_with_its_lock_and_why():
    garden = filming.timelapse()
    with hold(garden, "render", why="Movie 7"):
        seen = overview()
    assert [(found.lock, found.why) for found in seen.holds] == [("render", "Movie 7")]
    assert overview().holds == ()


def test_a_task_that_reports_progress_shows_until_it_ends(reporting):
    with progress("render:movie", total=10, about="rendering.Movie:99") as work:
        work.advance(4)
        reporting.flush()
        during = [state.about for state in overview().progresses]
    reporting.flush()
    assert "rendering.Movie:99" in during
    assert "rendering.Movie:99" not in [state.about for state in overview().progresses]


def test_the_number_of_queries_does_not_grow_with_the_holds(django_assert_num_queries):
    locked = [hold(filming.timelapse(name=f"Garden {number}"), "render") for number in range(5)]
    with locked[0]:
        with django_assert_num_queries(1):
            overview()
        with locked[1], locked[2], locked[3], locked[4], django_assert_num_queries(1):
            assert len(overview().holds) == 5
