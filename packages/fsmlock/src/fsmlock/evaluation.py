"""One question about one object: each condition, permission and hold is asked about at most once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext

from fsmlock import backends
from fsmlock.active_hold import current_claims
from fsmlock.declarations import evaluate_condition
from fsmlock.inspection import alias_of, reason_for
from fsmlock.locks import Locks, lock_request
from fsmlock.reasons import Reason
from fsmlock.rules import EVERYTHING, Claim, blocking_rows
from fsmlock.state_locks import state_claim_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User
    from django.db import models

    from fsmlock.backends.base import HoldInfo
    from fsmlock.declarations import Condition, Permission, TransitionDef


class Evaluator:
    """What stands in the way of ``obj``, as far as ``user`` is concerned (None: nobody asks for permissions).

    ``found`` are the holds that concern the object, if they have been read already.
    """

    def __init__(
        self,
        obj: models.Model,
        user: User | AnonymousUser | None = None,
        found: Sequence[HoldInfo] | None = None,
    ) -> None:
        self._obj = obj
        self._user = user
        self._found = found
        self._evaluated: dict[Condition, Reason | None] = {}
        self._permitted: dict[Permission, bool] = {}

    def check_transition(self, definition: TransitionDef, *, state: str | None = None) -> tuple[Reason, ...]:
        """What stands in the way of one transition; from ``state``, if the object is to be there by then."""
        present = self._obj.state if state is None else state  # type: ignore[attr-defined]
        reasons = [] if definition.starts_from(present) else [_state(self._obj, definition, present)]
        if not reasons:
            # Conditions may rely on the state: they are asked only where the definition starts.
            reasons += [reason for c in definition.conditions if (reason := self._condition(c)) is not None]
        reasons += self.check_permission(definition)
        for lock in dict.fromkeys((definition.needs, definition.holds)):
            held = self.check_lock(lock) if lock is not None else ()
            reasons += [reason for reason in held if reason not in reasons]
        return tuple(reasons)

    def check_permission(self, definition: TransitionDef) -> tuple[Reason, ...]:
        """The missing permission as a reason."""
        if self._user is None or definition.permission is None:
            return ()
        if definition.permission not in self._permitted:
            self._permitted[definition.permission] = _permits(definition.permission, self._obj, self._user)
        return (
            () if self._permitted[definition.permission] else (_forbidden(definition, definition.permission),)
        )

    def check_lock(self, name: str) -> tuple[Reason, ...]:
        """Who stands in the way of a lock."""
        if self._obj.pk is None or (name == EVERYTHING and not has_locks(self._obj)):
            return ()
        claim = claim_for(self._obj, name)
        if self._found is None:
            self._found = backends.get().find(
                claim_for(self._obj, EVERYTHING).resources, using=alias_of(self._obj)
            )
        rows = {h.row(): h for h in self._found}
        return tuple(reason_for(rows[s], self._obj) for s in blocking_rows(claim, rows))

    def _condition(self, condition: Condition) -> Reason | None:
        if condition not in self._evaluated:
            self._evaluated[condition] = evaluate_condition(condition, self._obj)
        return self._evaluated[condition]


def has_locks(obj: models.Model) -> bool:
    """Whether its model declares locks."""
    return isinstance(getattr(obj, "locks", None), Locks)


def claim_for(obj: models.Model, lock: str) -> Claim:
    """A claim to compare with what is held: own holds, and those that its own state keeps, don't count."""
    within = current_claims() | state_claim_ids(obj)
    return Claim(id="", requests=(lock_request(obj, lock),), lease_us=0, holder="", nested_in=within)


def _state(obj: models.Model, definition: TransitionDef, state: str) -> Reason:
    wanted = ", ".join(definition.source)
    facts = {"object": str(obj), "state": state, "transition": str(definition.label), "source": wanted}
    return Reason(
        code="state",
        message=gettext("%(object)s is %(state)s; %(transition)s starts from: %(source)s.") % facts,
        remedy=gettext("Bring it to %(source)s first.") % facts,
        params={"state": state, "transition": definition.name, "source": wanted},
    )


def _permits(permission: Permission, obj: models.Model, user: User | AnonymousUser) -> bool:
    if callable(permission):
        return bool(permission(obj, user))
    return user.has_perm(permission, obj) or user.has_perm(permission)


def _forbidden(definition: TransitionDef, permission: Permission) -> Reason:
    name = permission if isinstance(permission, str) else getattr(permission, "__name__", "")
    facts = {"transition": str(definition.label), "permission": name}
    return Reason(
        code="permission",
        message=gettext("You may not do this: %(transition)s asks for the permission %(permission)s.")
        % facts,
        remedy=gettext("Ask an administrator for it, or ask somebody who has it."),
        params={"permission": name, "transition": definition.name},
    )
