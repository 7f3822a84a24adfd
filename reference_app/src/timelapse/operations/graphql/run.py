"""The type `Run`: long work that can be paused, resumed and cancelled, as any object with states."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import strawberry_django

from fsmlock.models import Run as RunRow
from timelapse.operations import queries
from timelapse.shared import subjects
from timelapse.shared.access import needs, readable_by
from timelapse.shared.graphql import Stateful

if TYPE_CHECKING:
    from django.db.models import QuerySet

_VIEW: Final = needs("fsmlock.view_run")


def _runs() -> QuerySet[RunRow]:
    return RunRow.objects.all()


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
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @strawberry_django.field(description="What it does: `ImportCaptures` is “Import captures”.")
    def display_name(self) -> str:
        """Write the name of its class as people do."""
        return queries.name_of(cast("RunRow", self))
