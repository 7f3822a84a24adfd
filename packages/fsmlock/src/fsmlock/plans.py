"""The shortest way to a state, and what blocks each step of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock.arrows import arrows
from fsmlock.errors import Misdeclared
from fsmlock.questions import Question
from fsmlock.reasons import Reason, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.arrows import Arrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of a plan. ``reasons`` stand in its way, as far as can be known before it is reached."""

    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]


def shortest(known: Iterable[Arrow], start: str, goal: str) -> tuple[tuple[str, Arrow], ...] | None:
    """The fewest arrows from ``start`` to ``goal``, each with the state it leaves; None: there is no way."""
    usable = list(known)
    ways: dict[str, tuple[tuple[str, Arrow], ...]] = {start: ()}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state == goal:
            return ways[state]
        for arrow in usable:
            if arrow.leaves(state) and arrow.target not in ways:
                ways[arrow.target] = (*ways[state], (state, arrow))
                queue.append(arrow.target)
    return None


def plan(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Step, ...] | None:
    """The shortest path of transitions to the state ``to``; empty when it is there, None when no path exists.

    Raises Misdeclared (with a guess) for a state that doesn't exist.
    """
    known = arrows(type(obj))
    state: str = obj.state  # type: ignore[attr-defined]
    states = {state, *(a.target for a in known.values()), *(s for a in known.values() for s in a.source)}
    if to not in states:
        raise Misdeclared(f"{type(obj).__name__} has no state {to!r}.{did_you_mean(to, states - {'*'})}")
    way = shortest(known.values(), state, to)
    if way is None:
        return None
    question = Question(obj, user)
    return tuple(
        Step(
            name=arrow.name,
            label=str(arrow.label),
            source=source,
            target=arrow.target,
            reasons=question.transition(arrow, state=source),
        )
        for source, arrow in way
    )
