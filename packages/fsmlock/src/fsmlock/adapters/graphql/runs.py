"""Runs in a Strawberry schema: list them, pause, resume and cancel them, as the permissions allow.

``class Query(WithRuns): ...`` and ``class Mutation(WithRunChanges): ...``
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry
import strawberry_django
from django.core.exceptions import PermissionDenied
from strawberry.types import Info

from fsmlock.adapters.graphql.objects import Reason, Transition, user_of
from fsmlock.errors import FsmlockError, Refused
from fsmlock.explanations import available_many
from fsmlock.models import Run as RunRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser, User

#: The most runs that one query returns.
MAX_RUNS = 200


@strawberry.type(description="One execution of an iteration, with its progress.")
class Run:
    """The GraphQL type of fsmlock.models.Run."""

    id: strawberry.ID
    iteration: str
    state: str
    done: int
    failed: int
    total: int | None
    unit: str
    by: str
    reason: str
    requested_by: str = strawberry.field(description="Who requested the last pause, resume or cancel.")
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    available_transitions: list[Transition]

    @classmethod
    def from_value(cls, value: RunRow, user: User | AnonymousUser | None = None) -> Self:
        """Build it from a row, with the transitions that ``user`` may apply."""
        return cls.from_values([value], user)[0]

    @classmethod
    def from_values(cls, values: Sequence[RunRow], user: User | AnonymousUser | None = None) -> list[Self]:
        """Build many, with one query for the holds on all of them."""
        offered = available_many(values, user)
        return [
            cls(
                id=strawberry.ID(str(one.pk)),
                iteration=one.iteration.rpartition(".")[2],
                state=one.state,
                done=one.done,
                failed=one.failed,
                total=one.total,
                unit=one.unit,
                by=one.by,
                reason=one.reason,
                requested_by=one.requested_by,
                created_at=one.created_at,
                started_at=one.started_at,
                ended_at=one.ended_at,
                available_transitions=[Transition.from_value(offer) for offer in offered[one]],
            )
            for one in values
        ]


@strawberry.type(
    description="The run as it is now. Reasons say why the requested change wasn't made; empty when it was."
)
class RunChange:
    """The result of a requested change."""

    run: Run
    reasons: list[Reason]


@strawberry.type
class WithRuns:
    """Add the runs to the query type."""

    @strawberry_django.field(
        description="The runs, newest first. Those that have ended are left out by default."
    )
    def runs(self, info: Info, first: int = 50, ended: bool = False) -> list[Run]:
        """Raises PermissionDenied without ``fsmlock.view_run``."""
        user = _permitted(info, "fsmlock.view_run")
        rows = RunRow.objects.order_by("-pk")
        rows = rows if ended else rows.exclude(state__in=RunRow.States.ENDED)
        return Run.from_values(list(rows[: max(0, min(first, MAX_RUNS))]), user)


@strawberry.type
class WithRunChanges:
    """Add the mutation that changes a run to the mutation type."""

    @strawberry_django.field(description="Apply one of the run's available transitions by its name.")
    def change_run(self, info: Info, id: strawberry.ID, transition: str) -> RunChange:  # noqa: A002 - GraphQL's
        """Raises PermissionDenied without ``fsmlock.change_run``, FsmlockError for an unknown run."""
        user = _permitted(info, "fsmlock.change_run")
        row = _run(id)
        try:
            row.apply_transition(transition, by=user.get_username())
            reasons = []
        except Refused as refused:
            reasons = [Reason.from_value(one) for one in refused.reasons]
        row.refresh_from_db()
        return RunChange(run=Run.from_value(row, user), reasons=reasons)


def _run(pk: strawberry.ID) -> RunRow:
    found = RunRow.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None
    if found is None:
        raise FsmlockError(f"There is no run {pk}. Query runs(ended: true) to list all of them.")
    return found


def _permitted(info: Info, permission: str) -> User | AnonymousUser:
    user = user_of(info)
    if user is None or not user.has_perm(permission):
        raise PermissionDenied(f"This needs the permission {permission}. Ask an administrator for it.")
    return user
