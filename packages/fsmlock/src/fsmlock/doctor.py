"""What looks wrong in the store, and what can be mended at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

from fsmlock import backends
from fsmlock.models import Run
from fsmlock.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fsmlock.backends.base import HoldInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong, and how to mend it if that can be done here."""

    reason: Reason
    mend: Callable[[], object] | None = None


def examine(*, using: str = "default") -> Iterator[Finding]:
    """Holds of what no longer exists, cancel requests that nobody heeds, runs that nobody works on."""
    holds = backends.get().find(None, using=using)
    for info in holds:
        yield from _orphan(info, using)
        if info.cancel_requested_by:
            yield Finding(reason=_unheeded(info))
    worked_on = {info.resource for info in holds}
    for run in Run.objects.using(using).filter(state__in=Run.States.AT_WORK):
        if f"fsmlock.run:{run.pk}" not in worked_on:
            yield Finding(reason=_abandoned(run), mend=run.work)


def _orphan(info: HoldInfo, using: str) -> Iterator[Finding]:
    label, _, pk = info.resource.partition(":")
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        exists = False
    else:
        exists = model._base_manager.using(using).filter(pk=pk).exists()
    if not exists:

        def mend() -> object:
            return backends.get().stop(
                info.resource,
                info.lock,
                by="fsmlock doctor",
                why="its object is gone",
                force=True,
                using=using,
            )

        yield Finding(
            reason=Reason(
                code="orphan",
                message=f"{info.holder} holds {info.lock} on {info.resource}, which no longer exists.",
                remedy="Break the hold.",
                params={"resource": info.resource, "lock": info.lock, "holder": info.holder},
            ),
            mend=mend,
        )


def _unheeded(info: HoldInfo) -> Reason:
    return Reason(
        code="unheeded",
        message=f"{info.cancel_requested_by} asked {info.holder} to leave {info.lock} on {info.resource}.",
        remedy="If it doesn't, its code never calls check(): break the hold.",
        params={"resource": info.resource, "lock": info.lock, "holder": info.holder},
    )


def _abandoned(run: Run) -> Reason:
    return Reason(
        code="abandoned",
        message=f"{run} is {run.state}, but no worker is at it.",
        remedy=f"Let a worker go on: manage.py fsmlock work {run.pk}.",
        params={"run": run.pk, "state": run.state},
    )
