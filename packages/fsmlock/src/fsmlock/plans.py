"""The shortest path to a state, and what blocks each step of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsmlock.declarations import TransitionDef, operations_of, states_of, transitions_of
from fsmlock.evaluation import Evaluator, lock_names, unknown_name
from fsmlock.paths import shortest_path

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.declarations import Operation
    from fsmlock.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of a plan, with the ``reasons`` that block it as far as they are known in advance."""

    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]


def plan(obj: models.Model, *, to: str, user: User | AnonymousUser | None = None) -> tuple[Step, ...] | None:
    """The shortest path of transitions to ``to``. Empty when it is there, None without a path.

    ``to`` is what ``explain`` takes. For a state the path ends there; for a transition, an action or a lock
    the last step is that one. Raises ConfigurationError (with a suggestion) for an unknown name.
    """
    operations = operations_of(type(obj))
    states = states_of(type(obj))
    state: str = getattr(obj, "state", "")
    evaluator = Evaluator(obj, user)
    if to in operations:
        return _plan_to_operation(evaluator, obj, operations[to])
    if to in states or (to and to == state):
        path = shortest_path(transitions_of(type(obj)).values(), state, to)
        return None if path is None else tuple(_step(evaluator, source, each) for source, each in path)
    locks = lock_names(obj)
    if to in locks:
        return (Step(name=to, label=to, source=state, target=state, reasons=evaluator.check_lock(to)),)
    raise unknown_name(type(obj), to)


def _plan_to_operation(
    evaluator: Evaluator, obj: models.Model, operation: Operation
) -> tuple[Step, ...] | None:
    state: str = getattr(obj, "state", "")
    if operation.starts_from(state):
        return (_step(evaluator, state, operation),)
    transitions = transitions_of(type(obj)).values()
    paths = [path for source in operation.source if (path := shortest_path(transitions, state, source))]
    if not paths:
        return None
    path = min(paths, key=len)
    steps = [_step(evaluator, source, each) for source, each in path]
    return (*steps, _step(evaluator, steps[-1].target, operation))


def _step(evaluator: Evaluator, source: str, operation: Operation) -> Step:
    return Step(
        name=operation.name,
        label=str(operation.label),
        source=source,
        target=operation.target if isinstance(operation, TransitionDef) else source,
        reasons=evaluator.check_operation(operation, state=source),
    )
