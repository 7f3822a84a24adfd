from __future__ import annotations

import fsmlock
from fsmlock.inspection import display_name
from tests.shop.models import Frame


def test_holds_of_the_parent_that_concern_the_child_are_shown(film):
    frame = Frame.objects.create(film=film)
    with fsmlock.hold(film, "render"):
        assert [h.lock for h in fsmlock.holds_on(frame)] == ["render"]
    with fsmlock.hold(film, "ingest"):
        assert fsmlock.holds_on(frame) == ()
    with fsmlock.hold(frame, "process"):
        assert fsmlock.holds_on(film) == ()


def test_the_holds_on_a_page_of_objects_are_read_with_one_query(film, django_assert_num_queries):
    frames = [Frame.objects.create(film=film) for _ in range(20)]
    frames = list(Frame.objects.select_related("film__room").order_by("pk"))
    with fsmlock.hold(film, "render"):
        with django_assert_num_queries(1):
            found = fsmlock.holds_on_many(frames)
        alone = [[hold.row() for hold in fsmlock.holds_on(frame)] for frame in frames]
    assert [[hold.row() for hold in found[frame]] for frame in frames] == alone
    assert [hold.lock for hold in found[frames[0]]] == ["render"]
    assert fsmlock.holds_on_many([]) == {}


def test_cancelling_what_nobody_holds_reaches_nobody(film):
    assert fsmlock.cancel(film, "render", by="editor") == ()
    assert fsmlock.break_hold(film, "render", by="editor", why="") == ()


def test_a_resource_has_a_display_name():
    assert display_name("shop.film:3") == "film 3"
    assert display_name("gone.model:3") == "gone.model:3"
    assert display_name("nonsense") == "nonsense"
