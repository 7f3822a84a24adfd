"""The shortest path to a state, and what blocks each step of it."""

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
    """One transition of a plan, with the ``reasons`` that block it as far as they are known in advance."""

    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]


def shortest_path(
    transitions: Iterable[TransitionDef], start: str, goal: str
) -> tuple[tuple[str, TransitionDef], ...] | None:
    """The fewest transitions from ``start`` to ``goal``, each with its source state; None without a path."""
    usable = list(transitions)
    paths: dict[str, tuple[tuple[str, TransitionDef], ...]] = {start: ()}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        if state == goal:
            return paths[state]
        for each in usable:
            if each.starts_from(state) and each.target not in paths:
                paths[each.target] = (*paths[state], (state, each))
                queue.append(each.target)
    return None


def plan(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Step, ...] | None:
    """The shortest path of transitions to the state ``to``. Empty when it is there, None without a path.

    Raises ConfigurationError (with a suggestion) for an unknown state.
    """
    transitions = transitions_of(type(obj)).values()
    state: str = obj.state  # type: ignore[attr-defined]
    states = {
        state,
        *(each.target for each in transitions),
        *(s for each in transitions for s in each.source),
    }
    if to not in states:
        raise ConfigurationError(
            f"{type(obj).__name__} has no state {to!r}.{did_you_mean(to, states - {'*'})}"
        )
    path = shortest_path(transitions, state, to)
    if path is None:
        return None
    evaluator = Evaluator(obj, user)
    return tuple(
        Step(
            name=each.name,
            label=str(each.label),
            source=source,
            target=each.target,
            reasons=evaluator.check_operation(each, state=source),
        )
        for source, each in path
    )
