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


def test_cancelling_what_nobody_holds_reaches_nobody(film):
    assert fsmlock.cancel(film, "render", by="editor") == ()
    assert fsmlock.break_hold(film, "render", by="editor", why="") == ()


def test_a_resource_has_a_display_name():
    assert display_name("shop.film:3") == "film 3"
    assert display_name("gone.model:3") == "gone.model:3"
    assert display_name("nonsense") == "nonsense"
