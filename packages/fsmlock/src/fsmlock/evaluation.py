"""Find what blocks an operation. Each condition, permission and lock is evaluated at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from fsmlock import backends
from fsmlock.active_hold import current_claims
from fsmlock.ancestors import RowGoneError, ancestries, ancestries_or_gone, lock_request
from fsmlock.declarations import evaluate_condition, operations_of, states_of, transitions_of
from fsmlock.errors import ConfigurationError
from fsmlock.inspection import alias_of, gone_reason, reason_for
from fsmlock.kept_claims import without_left_over
from fsmlock.locks import Locks
from fsmlock.paths import shortest_path
from fsmlock.reasons import Reason, did_you_mean
from fsmlock.rules import EVERYTHING, Claim, blocking_rows
from fsmlock.sentences import name_of, state_name, translated
from fsmlock.state_locks import state_claim_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.declarations import Condition, Operation, Permission
    from fsmlock.rules import Ancestry


class Evaluator:
    """Finds what blocks an operation on ``obj``. Without ``user`` permissions are not checked.

    ``holds`` are the holds on the object and its ancestors that count, if they have been read already, and
    ``ancestry`` which these are. Otherwise the ancestors are those that the rows have, whatever the instance
    remembers.
    """

    def __init__(
        self,
        obj: models.Model,
        user: User | AnonymousUser | None = None,
        holds: Sequence[HoldInfo] | None = None,
        ancestry: Ancestry | RowGoneError | None = None,
    ) -> None:
        self._obj = obj
        self._user = user
        self._holds = holds
        self._ancestry = ancestry
        self._evaluated: dict[Condition, Reason | None] = {}
        self._permitted: dict[Permission, bool] = {}

    def check_operation(self, operation: Operation, *, state: str | None = None) -> tuple[Reason, ...]:
        """What blocks a transition or an action from ``state`` (default: the current one). Empty: nothing."""
        start = getattr(self._obj, "state", "") if state is None else state
        reasons = [] if operation.starts_from(start) else [_wrong_state(self._obj, operation, start)]
        if not reasons:
            # Conditions may rely on the state, so they are evaluated only where the operation starts.
            reasons += [
                found for each in operation.conditions if (found := self._condition(each)) is not None
            ]
        reasons += self.check_permission(operation)
        for lock in operation.locks:
            reasons += [reason for reason in self.check_lock(lock) if reason not in reasons]
        return tuple(reasons)

    def check_permission(self, operation: Operation) -> tuple[Reason, ...]:
        """The missing permission as a reason."""
        permission = operation.permission
        if self._user is None or permission is None:
            return ()
        if permission not in self._permitted:
            self._permitted[permission] = _has_permission(permission, self._obj, self._user)
        return () if self._permitted[permission] else (_forbidden(operation, permission),)

    def check_lock(self, name: str) -> tuple[Reason, ...]:
        """The holds that block a lock."""
        if self._obj.pk is None or (name == EVERYTHING and not has_locks(self._obj)):
            return ()
        if self._holds is None:
            (self._ancestry,) = ancestries_or_gone([self._obj], from_rows=True)
        if isinstance(self._ancestry, RowGoneError):
            return (gone_reason(self._ancestry.resource),)
        if self._holds is None:
            resources = hypothetical_claim(self._obj, EVERYTHING, self._ancestry).resources
            using = alias_of(self._obj)
            self._holds = without_left_over(backends.get().find(resources, using=using), using=using)
        claim = hypothetical_claim(self._obj, name, self._ancestry)
        rows = {hold.row(): hold for hold in self._holds}
        blocking = [rows[row] for row in blocking_rows(claim, rows)]
        return tuple(reason_for(hold, self._obj) for hold in blocking)

    def _condition(self, condition: Condition) -> Reason | None:
        if condition not in self._evaluated:
            self._evaluated[condition] = evaluate_condition(condition, self._obj)
        return self._evaluated[condition]


def evaluators(
    objects: Sequence[models.Model], user: User | AnonymousUser | None
) -> list[tuple[models.Model, Evaluator]]:
    """An evaluator for each object of one model, with its holds loaded by one query for all of them.

    Where states of other objects keep some of these, a few more find out whether they still count.
    """
    lockable = [obj for obj in objects if obj.pk is not None and has_locks(obj)]
    above = dict(zip(lockable, ancestries_or_gone(lockable), strict=True))
    concerned = {
        obj: hypothetical_claim(obj, EVERYTHING, ancestry).resources
        for obj, ancestry in above.items()
        if not isinstance(ancestry, RowGoneError)
    }
    found: dict[str, list[HoldInfo]] = {}
    if concerned:
        names = {name for resources in concerned.values() for name in resources}
        using = alias_of(lockable[0])
        # The states of these objects block none of them, whether their holds count or not.
        own = frozenset().union(*map(state_claim_ids, concerned))
        holds = [each for each in backends.get().find(names, using=using) if each.claim not in own]
        for info in without_left_over(holds, using=using):
            found.setdefault(info.resource, []).append(info)
    return [
        (obj, Evaluator(obj, user, _holds_on(concerned.get(obj, ()), found), above.get(obj)))
        for obj in objects
    ]


def _holds_on(resources: Iterable[str], found: Mapping[str, Sequence[HoldInfo]]) -> list[HoldInfo]:
    return [hold for resource in resources for hold in found.get(resource, ())]


def has_locks(obj: models.Model) -> bool:
    """Whether the model of ``obj`` declares locks."""
    return isinstance(getattr(obj, "locks", None), Locks)


def lock_names(obj: models.Model) -> Collection[str]:
    """The names of the locks that the model of ``obj`` declares."""
    locks = getattr(obj, "locks", None)
    return locks.by_name if isinstance(locks, Locks) else ()


def unknown_name(model: type[models.Model], name: str) -> ConfigurationError:
    """The error for what is no transition, action, state or lock of the model."""
    locks = getattr(model, "locks", None)
    known = {*operations_of(model), *states_of(model), *(locks.by_name if isinstance(locks, Locks) else ())}
    return ConfigurationError(
        f"{model.__name__} has no transition, action, state or lock {name!r}.{did_you_mean(name, known)}"
    )


def hypothetical_claim(obj: models.Model, lock: str, ancestry: Ancestry | None = None) -> Claim:
    """A claim to compare with existing holds. The caller's own holds and the state's don't block it.

    Without ``ancestry`` the ancestors are those that the instance remembers.
    """
    own = current_claims() | state_claim_ids(obj)
    if ancestry is None:
        (ancestry,) = ancestries([obj])
    request = lock_request(obj, lock, ancestry)
    return Claim(id="", requests=(request,), lease_us=0, holder="", nested_in=own)


def _wrong_state(obj: models.Model, operation: Operation, state: str) -> Reason:
    source = ", ".join(map(state_name, operation.source))
    steps = ", ".join(_way_to_source(obj, operation, state))
    params = {
        "object": name_of(obj),
        "state": state_name(state),
        "transition": translated(operation.label),
        "source": source,
        "steps": steps,
    }
    return Reason(
        code="state",
        message=gettext("%(object)s is %(state)s; %(transition)s starts from: %(source)s.") % params,
        remedy=(
            gettext("Bring it to %(source)s first: %(steps)s.")
            if steps
            else gettext("Bring it to %(source)s first.")
        )
        % params,
        params={"state": state, operation.kind: operation.name, "source": ", ".join(operation.source)},
    )


def _way_to_source(obj: models.Model, operation: Operation, state: str) -> list[str]:
    """The shortest way to a state that the operation starts from: labels of buttons, else calls."""
    transitions = transitions_of(type(obj)).values()
    paths = [shortest_path(transitions, state, source) for source in operation.source]
    found = min((path for path in paths if path), key=len, default=())
    return [f"{each.name}()" if each.internal else translated(each.label) for _, each in found]


def _has_permission(permission: Permission, obj: models.Model, user: User | AnonymousUser) -> bool:
    if callable(permission):
        return bool(permission(obj, user))
    return user.has_perm(permission, obj) or user.has_perm(permission)


def _forbidden(operation: Operation, permission: Permission) -> Reason:
    name = permission if isinstance(permission, str) else getattr(permission, "__name__", "")
    params = {"transition": translated(operation.label), "permission": name}
    return Reason(
        code="permission",
        message=gettext("You are not allowed to do this: %(transition)s needs the permission %(permission)s.")
        % params,
        remedy=gettext("Ask an administrator for it, or ask somebody who has it."),
        params={"permission": name, operation.kind: operation.name},
    )
