"""The shortest way to a state, and what blocks each step of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError
from fsmlock.evaluation import Evaluator
from fsmlock.reasons import Reason, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.declarations import TransitionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of a plan. ``reasons`` stand in its way, as far as can be known before it is reached."""

    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]


def shortest(
    known: Iterable[TransitionDef], start: str, goal: str
) -> tuple[tuple[str, TransitionDef], ...] | None:
    """The fewest arrows from ``start`` to ``goal``, each with the state it leaves; None: there is no way."""
    usable = list(known)
    ways: dict[str, tuple[tuple[str, TransitionDef], ...]] = {start: ()}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state == goal:
            return ways[state]
        for definition in usable:
            if definition.starts_from(state) and definition.target not in ways:
                ways[definition.target] = (*ways[state], (state, definition))
                queue.append(definition.target)
    return None


def plan(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Step, ...] | None:
    """The shortest path of transitions to the state ``to``; empty when it is there, None when no path exists.

    Raises ConfigurationError (with a guess) for a state that doesn't exist.
    """
    known = transitions_of(type(obj))
    state: str = obj.state  # type: ignore[attr-defined]
    states = {state, *(a.target for a in known.values()), *(s for a in known.values() for s in a.source)}
    if to not in states:
        raise ConfigurationError(
            f"{type(obj).__name__} has no state {to!r}.{did_you_mean(to, states - {'*'})}"
        )
    way = shortest(known.values(), state, to)
    if way is None:
        return None
    evaluator = Evaluator(obj, user)
    return tuple(
        Step(
            name=definition.name,
            label=str(definition.label),
            source=source,
            target=definition.target,
            reasons=evaluator.check_transition(definition, state=source),
        )
        for source, definition in way
    )
