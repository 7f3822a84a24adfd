"""The shortest path to a state, and what blocks each step of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock.declarations import transitions_of
from fsmlock.errors import ConfigurationError
from fsmlock.evaluation import Evaluator
from fsmlock.paths import shortest_path
from fsmlock.reasons import Reason, did_you_mean

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of a plan, with the ``reasons`` that block it as far as they are known in advance."""

    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]


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
