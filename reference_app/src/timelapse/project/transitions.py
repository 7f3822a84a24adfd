"""The one mutation for everything that can be done with an object."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import strawberry
from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from graphql import GraphQLError
from strawberry import relay
from strawberry.scalars import JSON  # noqa: TC002 - Strawberry reads annotations at run time
from strawberry.types import Info  # noqa: TC002 - as above

import fsmlock
from timelapse.project.access import graphql_schema, refusal_of_id
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import Stateful, UserError, signed_in, user_errors
from timelapse.shared.transitions import apply

if TYPE_CHECKING:
    from timelapse.shared.transitions import Applied


@strawberry.input
class TransitionInput:
    """An object, one of its available transitions by name, and the values that it takes."""

    id: relay.GlobalID
    name: str
    input: JSON = strawberry.field(default_factory=dict, description="The values of its fields, by name.")


@strawberry.type
class TransitionPayload:
    """What became of it, or why nothing was done."""

    object: Stateful | None = strawberry.field(
        description="The object as it is now; null if it is gone.", metadata=only(SIGNED_IN)
    )
    created: Stateful | None = strawberry.field(
        default=None, description="What was created, such as a movie.", metadata=only(SIGNED_IN)
    )
    deleted_id: relay.GlobalID | None = strawberry.field(
        default=None, description="The id of the object, if it was deleted."
    )
    undo: str | None = strawberry.field(
        default=None, description="The name of the transition that undoes it; null if there is none."
    )
    errors: list[UserError] = strawberry.field(default_factory=list)


@strawberry.type
class Mutation:
    """Writes of all apps."""

    @strawberry.mutation(  # type: ignore[untyped-decorator] # as in the apps' graphql modules
        description="Do one of an object's `availableTransitions`. Each names the permission that it needs.",
        metadata=only(SIGNED_IN),
    )
    async def transition(self, info: Info, input: TransitionInput) -> TransitionPayload:  # noqa: A002 - Relay's
        """Find the object, then apply it."""
        user = signed_in(info)
        graph = graphql_schema(info.schema)
        reason = refusal_of_id(graph, input.id, user)
        if reason is not None:
            return TransitionPayload(object=None, errors=user_errors([reason]))
        found = await _find(info, input.id)
        given = input.input if isinstance(input.input, dict) else {}
        try:
            done: Applied = await sync_to_async(apply)(found, input.name, user, given)
        except fsmlock.Refused as refused:
            errors = [error for reason in refused.reasons for error in _by_field(reason)]
            return TransitionPayload(object=await _find(info, input.id), errors=errors)
        return TransitionPayload(
            object=cast("Stateful | None", done.obj),
            created=cast("Stateful | None", done.created),
            deleted_id=input.id if done.obj is None else None,
            undo=done.undo or None,
        )


async def _find(info: Info, global_id: relay.GlobalID) -> Any:  # noqa: ANN401 - a row of any model
    """Return the object of an id.

    Raises:
        GraphQLError: there is none, or none with transitions (``extensions.code`` is ``not_found``).
    """
    kind = info.schema.get_type_by_name(global_id.type_name)
    found = None
    if kind is not None and issubclass(getattr(kind, "origin", object), Stateful):
        with suppress(ValueError, ValidationError, OverflowError):  # a key that no row can have
            found = await global_id.resolve_node(info)
    if found is None:
        message = "There is no such object, or nothing can be done with it. Reload the page: it may be gone."
        raise GraphQLError(message, extensions={"code": "not_found"})
    return found


def _by_field(reason: fsmlock.Reason) -> list[UserError]:
    field = reason.params.get("field")
    return user_errors([reason], field=field if isinstance(field, str) else None)
