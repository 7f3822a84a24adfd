"""Find inconsistencies in the store, and fix those that can be fixed at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models, router, transaction

from fsmlock import backends
from fsmlock.iteration import execute
from fsmlock.kept_claims import compare, find_objects, locks_by_state
from fsmlock.locks import resource
from fsmlock.models import Run
from fsmlock.reasons import Reason
from fsmlock.state_locks import state_claim, state_claim_ids, take_state_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fsmlock.backends.base import HoldInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """An inconsistency. ``fix`` repairs it; None if that isn't possible here."""

    reason: Reason
    fix: Callable[[], object] | None = None


def examine(*, using: str = "default") -> Iterator[Finding]:
    """Find holds of deleted objects, states without their hold, ignored cancel requests, abandoned runs.

    It asks the store and the database as often for many holds as for a few.

    It begins with what keeps the store itself from working. After a migration that hasn't run it ends, since
    the other tables may be older, too.
    """
    problems = backends.get().problems(using)
    yield from (Finding(reason=problem) for problem in problems)
    if any(problem.code == "not_migrated" for problem in problems):
        return
    holds = backends.get().find(None, using=using)
    yield from _missing_state_locks(using, {info.claim for info in holds})
    compared = compare(holds, using=using)
    objects = find_objects([info.resource for info in holds], using=using)
    left: dict[str, list[HoldInfo]] = {}
    for row in compared.left_over:
        left.setdefault(row.claim, []).append(row)
    for info in holds:
        incomplete = info.claim in compared.incomplete
        yield from _orphan(info, objects.get(info.resource), left.get(info.claim, []), using, incomplete)
        if info.cancel_requested_by:
            yield Finding(reason=_ignored_cancel(info))
    held = {info.resource for info in holds}
    for run in Run.objects.using(using).filter(state__in=Run.States.ACTIVE):
        if f"fsmlock.run:{run.pk}" not in held:
            yield Finding(reason=_abandoned(run), fix=partial(execute, run))


def _orphan(
    info: HoldInfo, obj: models.Model | None, left: Sequence[HoldInfo], using: str, incomplete: bool
) -> Iterator[Finding]:
    moved = obj is not None and info.claim in state_claim_ids(obj) and (bool(left) or incomplete)
    if obj is not None and not left and not moved:
        return

    def remove() -> None:
        backend = backends.get()
        if left:
            backend.forget(left, using=using)
        if obj is not None and moved:
            # Take it anew, for the ancestors that it has now.
            lock = locks_by_state(type(obj))[obj.state]  # type: ignore[attr-defined]
            with transaction.atomic(using=using):
                backend.release(state_claim(obj, lock), using=using)
                take_state_lock(obj, lock, using=using)
        if left or moved:
            return
        why = "its object was deleted"
        backend.stop([info], by="fsmlock doctor", why=why, force=True, using=using)

    now = "no longer exists" if obj is None else f"is {getattr(obj, 'state', '')} now"
    if moved:
        now = "has another parent now"
    yield Finding(
        reason=Reason(
            code="orphan",
            message=f"{info.holder} holds {info.lock} on {info.resource}, which {now}.",
            remedy="Take it anew, for that parent." if moved else "Break the hold.",
            params={"resource": info.resource, "lock": info.lock, "holder": info.holder},
        ),
        fix=remove,
    )


def _missing_state_locks(using: str, claims: set[str]) -> Iterator[Finding]:
    """Objects without the lock of their state: it was broken, or the store lost it."""
    for model in apps.get_models():
        by_state = locks_by_state(model)
        if not by_state or model._meta.proxy or not router.allow_migrate_model(using, model):
            continue
        rows: models.QuerySet[models.Model] = models.QuerySet(model=model, using=using)
        for obj in rows.filter(state__in=by_state):
            if not state_claim_ids(obj) <= claims:
                lock = by_state[obj.state]  # type: ignore[attr-defined]
                yield Finding(
                    reason=_missing_lock(obj, lock), fix=partial(take_state_lock, obj, lock, using=using)
                )


def _missing_lock(obj: models.Model, lock: str) -> Reason:
    state: str = obj.state  # type: ignore[attr-defined]
    return Reason(
        code="state_lock_missing",
        message=f"{obj} is {state}, so it should hold the lock {lock}, but doesn't.",
        remedy="Take the lock again, or bring the object to another state.",
        params={"resource": resource(obj), "lock": lock, "state": state},
    )


def _ignored_cancel(info: HoldInfo) -> Reason:
    held = f"{info.lock} on {info.resource}"
    return Reason(
        code="cancel_ignored",
        message=f"{info.cancel_requested_by} requested {info.holder} to release {held}.",
        remedy="If it doesn't, its code never calls check(): break the hold.",
        params={"resource": info.resource, "lock": info.lock, "holder": info.holder},
    )


def _abandoned(run: Run) -> Reason:
    return Reason(
        code="abandoned",
        message=f"{run} is {run.state}, but no worker executes it.",
        remedy=f"Let a worker resume it: manage.py fsmlock execute {run.pk}.",
        params={"run": run.pk, "state": run.state},
    )
