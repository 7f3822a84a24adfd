"""The shortest path to a state, what blocks each step of it, and what removes that first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from fsmlock.declarations import TransitionDef, operations_of, states_of, transitions_of
from fsmlock.evaluation import Evaluator, evaluators, lock_names, unknown_name
from fsmlock.paths import shortest_path
from fsmlock.sentences import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.declarations import Operation
    from fsmlock.reasons import Reason

#: Returns for each hold that is in the way, in order, what ends it: an object, and what its plan leads to
#: (as ``to``). None where nothing does. It is called once, with the reasons ``held`` of all objects.
FindRemedies: TypeAlias = "Callable[[Sequence[Reason]], Sequence[tuple[models.Model, str] | None]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One transition of a plan, with the ``reasons`` that block it as far as they are known in advance."""

    #: What it changes: the object of the plan, or another one that is in its way.
    object: models.Model
    name: str
    label: str
    source: str
    target: str
    reasons: tuple[Reason, ...]
    #: Whether users can apply it now: it is not internal, the object is in ``source``, and nothing blocks it.
    allowed: bool


def plan(
    obj: models.Model,
    *,
    to: str,
    user: User | AnonymousUser | None = None,
    remedies: FindRemedies | None = None,
) -> tuple[Step, ...] | None:
    """The shortest path of transitions to ``to``. Empty when it is there, None without a path.

    ``to`` is what ``explain`` takes. For a state the path ends there; for a transition, an action or a lock
    the last step is that one. With ``remedies`` the path begins with the steps of other objects that end the
    holds in its way. Raises ConfigurationError (with a suggestion) for an unknown name.
    """
    return _with_remedies({obj: _steps(Evaluator(obj, user), obj, to)}, user, remedies)[obj]


def plan_many(
    objects: Sequence[models.Model],
    *,
    to: str,
    user: User | AnonymousUser | None = None,
    remedies: FindRemedies | None = None,
) -> dict[models.Model, tuple[Step, ...] | None]:
    """The plans for a page of objects of one model. The holds on all of them are read with one query.

    With ``remedies`` there is one more for each model and name that it returns. Parents are loaded as for
    ``explain_many``.
    """
    plans = {obj: _steps(evaluator, obj, to) for obj, evaluator in evaluators(objects, user)}
    return _with_remedies(plans, user, remedies)


def _with_remedies(
    plans: dict[models.Model, tuple[Step, ...] | None],
    user: User | AnonymousUser | None,
    remedies: FindRemedies | None,
) -> dict[models.Model, tuple[Step, ...] | None]:
    """Each plan, after the steps that end the holds in its way. What blocks those is not planned for."""
    held = [(obj, reason) for obj, steps in plans.items() for reason in _holds_in_the_way(steps or ())]
    if remedies is None or not held:
        return plans
    first: dict[models.Model, dict[tuple[models.Model, str], None]] = {}
    for (obj, _), remedy in zip(held, remedies([reason for _, reason in held]), strict=True):
        if remedy is not None:
            first.setdefault(obj, {})[remedy] = None
    ways = _ways({remedy for wanted in first.values() for remedy in wanted}, user)
    return {
        obj: steps and (*(step for remedy in first.get(obj, ()) for step in ways[remedy]), *steps)
        for obj, steps in plans.items()
    }


def _holds_in_the_way(steps: Iterable[Step]) -> list[Reason]:
    return [reason for step in steps for reason in step.reasons if reason.code == "held"]


def _ways(
    wanted: Iterable[tuple[models.Model, str]], user: User | AnonymousUser | None
) -> Mapping[tuple[models.Model, str], tuple[Step, ...]]:
    """The plans of other objects: those of one model that lead to the same are made together."""
    alike: dict[tuple[type[models.Model], str], list[models.Model]] = {}
    for obj, to in wanted:
        alike.setdefault((type(obj), to), []).append(obj)
    return {
        (obj, to): steps or ()
        for (_, to), objects in alike.items()
        for obj, steps in plan_many(objects, to=to, user=user).items()
    }


def _steps(evaluator: Evaluator, obj: models.Model, to: str) -> tuple[Step, ...] | None:
    operations = operations_of(type(obj))
    states = states_of(type(obj))
    state: str = getattr(obj, "state", "")
    if to in operations:
        return _steps_to_operation(evaluator, obj, operations[to])
    if to in states or (to and to == state):
        path = shortest_path(transitions_of(type(obj)).values(), state, to)
        return None if path is None else tuple(_step(evaluator, obj, *each) for each in path)
    if to in lock_names(obj):
        return (_lock_step(evaluator, obj, to),)
    raise unknown_name(type(obj), to)


def _steps_to_operation(
    evaluator: Evaluator, obj: models.Model, operation: Operation
) -> tuple[Step, ...] | None:
    state: str = getattr(obj, "state", "")
    if operation.starts_from(state):
        return (_step(evaluator, obj, state, operation),)
    transitions = transitions_of(type(obj)).values()
    paths = [path for source in operation.source if (path := shortest_path(transitions, state, source))]
    if not paths:
        return None
    path = min(paths, key=len)
    steps = [_step(evaluator, obj, *each) for each in path]
    return (*steps, _step(evaluator, obj, steps[-1].target, operation))


def _step(evaluator: Evaluator, obj: models.Model, source: str, operation: Operation) -> Step:
    reasons = evaluator.check_operation(operation, state=source)
    return Step(
        object=obj,
        name=operation.name,
        label=translated(operation.label),
        source=source,
        target=operation.target if isinstance(operation, TransitionDef) else source,
        reasons=reasons,
        allowed=not reasons and not operation.internal and source == getattr(obj, "state", ""),
    )


def _lock_step(evaluator: Evaluator, obj: models.Model, lock: str) -> Step:
    state: str = getattr(obj, "state", "")
    reasons = evaluator.check_lock(lock)
    # Programs take locks; users can't.
    return Step(object=obj, name=lock, label=lock, source=state, target=state, reasons=reasons, allowed=False)
