from __future__ import annotations

import pytest

import fsmlock
from fsmlock.declarations import TransitionDef
from fsmlock.paths import shortest_path


def definition(name, source, target):
    return TransitionDef(
        name=name,
        source=(source,),
        target=target,
        label=name,
        needs=None,
        conditions=(),
        permission=None,
        internal=False,
    )


def test_the_shortest_path_is_found():
    transitions = [
        definition("a", "1", "2"),
        definition("b", "2", "3"),
        definition("c", "3", "4"),
        definition("d", "2", "4"),
    ]
    assert [a.name for _, a in shortest_path(transitions, "1", "4")] == ["a", "d"]
    assert shortest_path(transitions, "4", "1") is None
    assert shortest_path(transitions, "4", "4") == ()


def test_a_plan_lists_the_steps_with_what_blocks_each(film, elsewhere):
    steps = fsmlock.plan(film, to="deleted")
    assert [(s.name, s.source, s.target) for s in steps] == [
        ("start_deleting", "ready", "deleting"),
        ("finish_deleting", "deleting", "deleted"),
    ]
    assert all(s.reasons == () for s in steps)


def test_without_a_path_there_is_no_plan(film):
    fsmlock.apply_transition(film, "publish")
    assert fsmlock.plan(film, to="failed") is None
    assert fsmlock.plan(film, to="published") == ()


def test_an_unknown_state_gets_a_suggestion(film):
    with pytest.raises(fsmlock.ConfigurationError, match="Did you mean 'published'"):
        fsmlock.plan(film, to="publishd")
