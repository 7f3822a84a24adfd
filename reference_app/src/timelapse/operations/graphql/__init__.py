"""GraphQL of the operations page: queues, tasks, holds, runs and progress."""

from __future__ import annotations

from timelapse.operations import transitions  # noqa: F401 - registers what applies them
from timelapse.operations.graphql import subjects  # noqa: F401 - adds the field subject
from timelapse.operations.graphql.operations import Query, Subscription

__all__ = ["Query", "Subscription"]
