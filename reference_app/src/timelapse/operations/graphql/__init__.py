"""GraphQL of the operations page: queues, tasks, holds, runs and progress."""

from __future__ import annotations

from strawberry.tools import merge_types

from timelapse.operations import transitions  # noqa: F401 - registers what applies them
from timelapse.operations.graphql import subjects  # noqa: F401 - adds the field subject
from timelapse.operations.graphql.operations import Query as OverviewQuery
from timelapse.operations.graphql.operations import Subscription
from timelapse.operations.graphql.together import Mutation
from timelapse.operations.graphql.together import Query as TogetherQuery
from timelapse.operations.graphql.work import Query as WorkQuery

Query = merge_types("Query", (OverviewQuery, WorkQuery, TogetherQuery))

__all__ = ["Mutation", "Query", "Subscription"]
