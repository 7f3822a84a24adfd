"""Movies for the page."""

from __future__ import annotations

from timelapse.rendering import transitions  # noqa: F401 - registers what applies them
from timelapse.rendering.graphql import keogram  # noqa: F401 - adds its fields to timelapses
from timelapse.rendering.graphql.choices import Query
from timelapse.rendering.graphql.mutations import Mutation
from timelapse.rendering.graphql.updates import Subscription

__all__ = ["Mutation", "Query", "Subscription"]
