from __future__ import annotations

import pytest

from queue_insight.page import pauses

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["movies", "q" * 10_000])
def test_a_pause_is_remembered_until_the_queue_is_resumed(name, django_assert_num_queries):
    pauses.remember(name, by="anna", workers=["one@test"])
    pauses.remember(name, by="bert", workers=["two@test"])
    with django_assert_num_queries(1):
        found = pauses.paused()
    assert (found[name].by, found[name].workers) == ("anna", ("one@test", "two@test"))
    pauses.forget(name)
    assert pauses.paused() == {}
