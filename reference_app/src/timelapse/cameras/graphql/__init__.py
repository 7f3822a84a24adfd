"""Cameras for the page."""

from __future__ import annotations

from timelapse.cameras import transitions  # noqa: F401 - registers what applies them
from timelapse.cameras.graphql.camera import Camera
from timelapse.cameras.graphql.mutations import Mutation
from timelapse.cameras.graphql.pairing import Query
from timelapse.cameras.graphql.updates import Subscription

__all__ = ["Camera", "Mutation", "Query", "Subscription"]
