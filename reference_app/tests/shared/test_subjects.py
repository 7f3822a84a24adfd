from __future__ import annotations

import pytest
from tests import factories

from timelapse.shared import subjects
from timelapse.shared.progress import about

pytestmark = pytest.mark.django_db


def test_objects_of_several_models_are_found_by_their_names_with_one_query_each(django_assert_num_queries):
    rows = [factories.timelapse(name=name) for name in ("A", "B")]
    rows = [*rows, rows[0].camera]
    with django_assert_num_queries(2):
        found = subjects.of_names([about(row) for row in rows])
    assert found == {about(row): row for row in rows}


@pytest.mark.parametrize(
    "name",
    [
        "",
        ":",
        "timelapses.Timelapse",
        "timelapses.Timelapse:",
        "timelapses.Timelapse:x",
        "timelapses.Timelapse: 1",
        "timelapses.Timelapse:999",
        "cameras.Camera:9496cbad-267a-4758-b187-033f237b76fc",
        "cameras.Camera:1",
        "auth.User:1",
        "nobody.Knows:1",
    ],
)
def test_a_name_of_nothing_that_may_be_shown_finds_nothing(name):
    assert subjects.of_names([name]) == {}
