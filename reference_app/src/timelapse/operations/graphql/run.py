"""The type `Run`: long work that can be paused, resumed and cancelled, as any object with states."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import strawberry
import strawberry_django
from strawberry.types import Info
from strawberry.types.base import get_object_definition

from fsmlock.adapters.graphql import Transition, load_transitions
from fsmlock.iteration import runs_on_many
from fsmlock.models import Run as RunRow
from fsmlock.sentences import translated
from timelapse.operations.kinds import name_of
from timelapse.shared import subjects
from timelapse.shared.access import SIGNED_IN, filtered, needs, readable_by, refusal
from timelapse.shared.graphql import Stateful, current_user, load

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

_VIEW: Final = needs("fsmlock.view_run")


def _runs() -> QuerySet[RunRow]:
    return RunRow.objects.all()


def _read_duplicates(runs: list[RunRow]) -> dict[RunRow, None]:
    RunRow.read_duplicates(runs)
    return {}


subjects.declare(RunRow, _runs, _VIEW)


@readable_by(_VIEW)
@strawberry_django.type(
    RunRow, description="One execution of long work, with its progress.", disable_optimization=True
)
class Run(Stateful):
    """A row of fsmlock."""

    state: str
    done: int
    failed: int
    total: int | None
    unit: str
    by: str
    reason: str
    requested_by: str = strawberry_django.field(
        description="Who requested the last pause, resume or cancel; empty if nobody did."
    )
    active_seconds: float = strawberry_django.field(
        field_name="active_s", description="For how many seconds workers have executed it, in all."
    )
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @strawberry.field(
        description="The transitions and actions from the current state, with the reasons that block them."
    )
    async def available_transitions(self, info: Info) -> list[Transition]:
        """Load what they depend on for all runs of the request: the runs with the same arguments."""
        run = cast("RunRow", self)
        await load(info, _read_duplicates, run)
        return await load_transitions(info, run)

    @strawberry_django.field(description="What it does: `ImportCaptures` is “Import captures”.")
    def display_name(self) -> str:
        """Write the name of its class as people do."""
        return translated(name_of(cast("RunRow", self).iteration))


@strawberry.type
class _WithRuns:
    @strawberry.field(
        description="Long work about it that has not ended, or ended within ten minutes; newest first, "
        "at most 20. Empty for who may not view it.",
        metadata=filtered(SIGNED_IN),
    )
    async def runs(self, info: Info) -> list[Run]:
        if refusal(_VIEW, current_user(info)) is not None:
            return []
        return cast("list[Run]", list(await load(info, runs_on_many, cast("Model", self)) or ()))


def add_runs() -> None:
    """Add `runs` to everything with states: upstream apps know none. Called once all types are declared."""
    for declared in (Stateful, *Stateful.__subclasses__()):
        get_object_definition(declared, strict=True).fields.extend(
            get_object_definition(_WithRuns, strict=True).fields
        )
