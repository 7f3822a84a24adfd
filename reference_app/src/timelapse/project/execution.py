"""How operations are executed: an answer that has begun is computed to its end."""

from __future__ import annotations

from asyncio import CancelledError, Future, ensure_future, shield
from typing import TYPE_CHECKING, Any, cast

from eliot_progress.adapters.execution import LeakFreeExecutionContext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from graphql import GraphQLObjectType
    from graphql.execution.collect_fields import DeferUsage, GroupedFieldSet
    from graphql.pyutils import AwaitableOrValue


class Execution(LeakFreeExecutionContext):
    """Lets an answer be computed to its end when nobody waits for it any more: a page has left, for example.

    graphql-core computes the fields of an answer in tasks. One that is cancelled before its first step never
    awaits the coroutine that it was given, of which Python then warns. What a field reads in a thread can't
    be cancelled anyway.
    """

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,  # noqa: ANN401 - graphql-core's own
        original_grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Sequence[DeferUsage],
    ) -> AwaitableOrValue[dict[str, Any]]:
        """Execute them, whoever waits."""
        fields = super().execute_collected_root_fields(
            root_type, root_value, original_grouped_field_set, serially, new_defer_usages
        )
        if not self.is_awaitable(fields):
            return fields
        return _to_the_end(cast("Awaitable[dict[str, Any]]", fields))


async def _to_the_end(fields: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    answer = ensure_future(fields)
    try:
        return await shield(answer)
    except CancelledError:
        answer.add_done_callback(_drop)
        raise


def _drop(answer: Future[dict[str, Any]]) -> None:
    """Take the error of an answer that nobody gets, or asyncio reports it as lost."""
    if not answer.cancelled():
        answer.exception()
