"""The GraphQL schema, merged from the apps' types."""

from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import relay
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, QueryDepthLimiter
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.tools import merge_types
from strawberry.types import Info  # noqa: TC002 - Strawberry reads annotations at run time
from strawberry_django.optimizer import DjangoOptimizerExtension

import timelapse.accounts.graphql
import timelapse.cameras.graphql
import timelapse.frames.graphql
import timelapse.home.graphql
import timelapse.ingest.graphql
import timelapse.notifications.graphql
import timelapse.operations.graphql
import timelapse.publishing.graphql
import timelapse.rendering.graphql
import timelapse.timelapses.graphql
import timelapse.why.graphql
from eliot_progress.adapters.graphql import CausalExtension
from fsmlock.adapters.graphql import Reason  # noqa: TC001 - as above
from timelapse.operations.graphql.queue_pause import QueuePause
from timelapse.operations.graphql.run import add_runs
from timelapse.project.access import blockers, enforce, graphql_schema
from timelapse.project.document_limits import DocumentLimits
from timelapse.project.errors import ErrorKind, PlannedErrors
from timelapse.project.execution import Execution
from timelapse.project.page_documents import PageDocuments
from timelapse.project.transitions import Mutation as TransitionMutation
from timelapse.shared.access import SIGNED_IN, only
from timelapse.shared.graphql import SCALARS, current_user, reasons_of

if TYPE_CHECKING:
    from graphql import GraphQLError
    from strawberry.types import ExecutionContext


add_runs()


@strawberry.type
class NodeQuery:
    """Relay's entry point."""

    node: relay.Node | None = relay.node(
        description="Any object that has a global id.", metadata=only(SIGNED_IN)
    )


@strawberry.type
class AccessQuery:
    """What the viewer may do at all; what they can do with an object is that object's."""

    @strawberry.field(  # type: ignore[untyped-decorator] # as in the apps' graphql modules
        description="Why the viewer may not use a mutation, by its name; empty if they may.",
        metadata=only(SIGNED_IN),
    )
    def blockers(self, info: Info, mutation: str) -> list[Reason]:
        """Check the mutation's rule."""
        return reasons_of(blockers(graphql_schema(info.schema), mutation, current_user(info)))


class QuietSchema(strawberry.Schema):
    """Leaves errors of documents and resolvers to `PlannedErrors`, which logs those that nobody planned."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log with a traceback only what failed outside of a resolver, such as an extension.

        A document without the operation that it is asked for is the client's mistake.
        """
        outside = [
            error
            for error in errors
            if error.path is None
            and error.original_error is not None
            and not isinstance(error.original_error, CannotGetOperationTypeError)
        ]
        super().process_errors(outside, execution_context)


_APPS = (
    timelapse.accounts.graphql,
    timelapse.cameras.graphql,
    timelapse.frames.graphql,
    timelapse.ingest.graphql,
    timelapse.timelapses.graphql,
    timelapse.rendering.graphql,
    timelapse.publishing.graphql,
    timelapse.operations.graphql,
    timelapse.why.graphql,
    timelapse.home.graphql,
    timelapse.notifications.graphql,
)


def _merged(name: str, *first: type) -> type:
    return merge_types(name, (*first, *(getattr(app, name) for app in _APPS if hasattr(app, name))))


#: Made once: a rule made anew for each request would be another one, by which no document was validated yet.
_DEPTH = QueryDepthLimiter(max_depth=12).validation_rules

schema = QuietSchema(
    query=_merged("Query", NodeQuery, AccessQuery),
    mutation=_merged("Mutation", TransitionMutation),
    subscription=_merged("Subscription"),
    types=[ErrorKind, QueuePause],
    execution_context_class=Execution,
    config=StrawberryConfig(scalar_map=dict(SCALARS)),
    extensions=[
        PageDocuments,
        CausalExtension,
        PlannedErrors,
        DjangoOptimizerExtension,
        DocumentLimits,
        lambda: AddValidationRules(_DEPTH),
        lambda: MaxTokensLimiter(2000),
    ],
)
enforce(schema)
