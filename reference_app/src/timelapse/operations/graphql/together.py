"""Does one thing with many movies and runs: what would become of each, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import strawberry
from asgiref.sync import sync_to_async
from strawberry import relay
from strawberry.types import Info

from fsmlock import Reason as ReasonValue
from fsmlock.adapters.graphql import Reason
from fsmlock.sentences import sentence
from timelapse.operations import together
from timelapse.operations.graphql.work import VIEW, WorkFilter
from timelapse.shared import subjects
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import Stateful, UserError, reasons_of, signed_in, user_errors
from timelapse.shared.progress import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

    from timelapse.operations.work import Work

WorkAction = strawberry.enum(
    together.Together, name="WorkAction", description="What can be done with many movies and runs at once."
)
#: The types of work, and under which name their rows are found.
_LABELS = {"Movie": "rendering.Movie", "Run": "fsmlock.Run"}


@strawberry.type(description="A movie or a run, and what is in the way of doing it.")
class WorkOutcome:
    """What would become of it, or what became of it."""

    object: Stateful = strawberry.field(description="As it is now.", metadata=only(SIGNED_IN))
    reasons: list[Reason] = strawberry.field(description="Empty if nothing is in the way, or it was done.")


@strawberry.type(description="What would become of all that matches.")
class WorkProspects:
    """See timelapse.operations.together.Prospects."""

    outcomes: list[WorkOutcome]
    has_more: bool = strawberry.field(description="Whether more match than are done at once.")


@strawberry.input(description="What to do, and with which movies and runs: at most 100.")
class DoWithWorkInput:
    """Those that `workProspects` has named, so that nothing is done that nobody has counted."""

    doing: WorkAction  # type: ignore[valid-type] # Strawberry's enums are values
    ids: list[relay.GlobalID]


@strawberry.type
class DoWithWorkPayload:
    """What became of each, or why nothing was done."""

    outcomes: list[WorkOutcome] = strawberry.field(default_factory=list)
    missing: int = strawberry.field(
        default=0, description="How many there aren't any longer, or the viewer may not view."
    )
    errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class Query:
    """Counts before anything is done."""

    @strawberry.field(
        description="What would become of all work that matches, the newest 100 of it.", metadata=only(VIEW)
    )
    async def work_prospects(
        self,
        info: Info,
        filter: WorkFilter,  # noqa: A002 - Relay's name
        doing: WorkAction,  # type: ignore[valid-type] # as above
    ) -> WorkProspects:
        """Ask for each."""
        found = await sync_to_async(together.prospects)(signed_in(info), filter.checked(), doing)
        return WorkProspects(
            outcomes=[_outcome(each.work, each.reasons) for each in found.prospects], has_more=found.has_more
        )


@strawberry.type
class Mutation:
    """Does it."""

    @strawberry.mutation(
        description="Do one thing with many movies and runs, as far as the viewer may with each.",
        metadata=only(VIEW),
    )
    async def do_with_work(self, info: Info, input: DoWithWorkInput) -> DoWithWorkPayload:  # noqa: A002 - Relay's
        """Do it with each."""
        if len(input.ids) > together.MOST:
            reason = ReasonValue(
                code="too_many",
                message=sentence("%(many)s are too many at once.", many=len(input.ids)),
                remedy=sentence("Name at most %(most)s.", most=together.MOST),
            )
            return DoWithWorkPayload(errors=user_errors([reason]))
        return await sync_to_async(_do)(signed_in(info), input)


def _do(user: User, given: DoWithWorkInput) -> DoWithWorkPayload:
    ids = dict.fromkeys((each.type_name, each.node_id) for each in given.ids)
    names = [f"{_LABELS[kind]}:{key}" for kind, key in ids if kind in _LABELS]
    found = subjects.of_names(names)
    readable = [found[name] for name in names if name in found and subjects.may_read(found[name], user)]
    outcomes = together.do_with_all(user, cast("Sequence[Work]", readable), given.doing)
    now = subjects.of_names(names)
    return DoWithWorkPayload(
        outcomes=[
            _outcome(cast("Work", now.get(about(each.work), each.work)), each.reasons) for each in outcomes
        ],
        missing=len(ids) - len(readable),
    )


def _outcome(work: Work, reasons: Sequence[ReasonValue]) -> WorkOutcome:
    return WorkOutcome(object=cast("Stateful", work), reasons=reasons_of(reasons))
