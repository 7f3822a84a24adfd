"""A camera: its state, health, configuration and commands."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast
from uuid import UUID

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.utils import timezone
from strawberry import relay
from strawberry.scalars import JSON
from strawberry.types import Info

from eliot_progress.adapters.graphql import Liveness
from fsmlock.adapters.graphql import Transition, load_transitions
from timelapse.cameras import domain, models, queries
from timelapse.cameras.commands import commands_of, open_commands_of
from timelapse.cameras.configuration import DesiredConfiguration, current_configurations
from timelapse.cameras.graphql.state import CameraCommand, CameraConfiguration, CameraHealth, CameraLogMessage
from timelapse.cameras.health import Health
from timelapse.cameras.records import logs_of
from timelapse.shared import subjects
from timelapse.shared.access import needs, only, readable_by
from timelapse.shared.connections import Connection
from timelapse.shared.graphql import BigInt, Stateful, load

#: How many log messages are returned at most.
LOGS_SHOWN: Final = 500


_VIEW: Final = needs("cameras.view_camera")
subjects.declare(models.Camera, queries.cameras, _VIEW)


@readable_by(_VIEW)
@strawberry_django.type(
    models.Camera, description="A camera whose agent sends frames.", disable_optimization=True
)
class Camera(Stateful):
    """A camera. Apps that know more of it (its frames) extend this type."""

    name: str
    driver: str
    model: str
    state: str
    heartbeat_at: datetime | None
    next_by: datetime | None
    grace_seconds: float = strawberry_django.field(field_name="grace_s")
    spool_pending: int
    spool_refused: int
    agent_state: str
    state_detail: str
    config_revision: int = strawberry_django.field(
        description="The configuration revision that the agent applies."
    )
    config_error: str = strawberry_django.field(
        description="Why the agent refused the newest configuration; empty if it didn't."
    )
    versions: JSON
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: str = strawberry_django.field(
        field_name="revoked_by_name", description="Who revoked it; empty unless it is revoked."
    )

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Camera], info: Info) -> QuerySet[models.Camera]:  # noqa: ARG003
        """Hide deleted cameras, whichever field they are reached by."""
        return queries.visible(queryset)

    @strawberry.field(
        description="The transitions and actions from the current state, with the reasons that block them."
    )
    async def available_transitions(self, info: Info) -> list[Transition]:
        """Load what they depend on for all cameras of the request: open commands, and the settings."""
        camera = cast("models.Camera", self)
        desired = await load(info, current_configurations, camera.pk)
        camera.desired_values = cast("DesiredConfiguration", desired).values
        camera.open_commands = await load(info, open_commands_of, camera.pk) or frozenset()
        return await load_transitions(info, camera)

    @strawberry_django.field(description="Whether the agent's heartbeats are on time.")
    def liveness(self) -> Liveness:
        """Compare the last heartbeat with the time."""
        camera = cast("models.Camera", self)
        return Liveness(domain.liveness(timezone.now(), camera.next_by, camera.grace_s))

    @strawberry_django.field(description="Size of all pending captures, bytes.")
    def spool_bytes(self) -> BigInt:
        """Return the column."""
        return BigInt(cast("models.Camera", self).spool_bytes)

    @strawberry_django.field(description="Free space on the agent's disk, bytes.")
    def disk_free(self) -> BigInt | None:
        """Return the column."""
        free = cast("models.Camera", self).disk_free
        return None if free is None else BigInt(free)

    @strawberry_django.field(description="Size of the agent's disk, bytes.")
    def disk_total(self) -> BigInt | None:
        """Return the column."""
        total = cast("models.Camera", self).disk_total
        return None if total is None else BigInt(total)

    @strawberry_django.field(description="Health of the agent and its machine.")
    def health(self) -> CameraHealth:
        """Return the values of the last heartbeat."""
        return CameraHealth.from_value(Health.from_json(cast("models.Camera", self).health))

    @strawberry_django.field(description="The desired configuration of the agent.")
    async def configuration(self, info: Info) -> CameraConfiguration:
        """Load it together with those of the other cameras of the request."""
        found = await load(info, current_configurations, cast("models.Camera", self).pk)
        return CameraConfiguration.from_value(cast("DesiredConfiguration", found))

    @strawberry_django.field(
        description="The newest commands and their results, newest first.",
    )
    async def commands(self, info: Info) -> list[CameraCommand]:
        """Load them together with those of the other cameras of the request."""
        rows = await load(info, commands_of, cast("models.Camera", self).pk)
        return [CameraCommand.from_row(row) for row in rows or ()]

    @strawberry_django.field(description="The newest messages of the agent's log, oldest first.")
    async def log(self, last: int = 100) -> list[CameraLogMessage]:
        """Return those that the agent has delivered."""
        camera = cast("models.Camera", self).pk
        rows = await sync_to_async(logs_of)(camera, at_most=max(1, min(last, LOGS_SHOWN)))
        return [CameraLogMessage.from_row(row) for row in rows]


@strawberry.type
class Query:
    """Reads of this app."""

    cameras: Connection[Camera] = strawberry_django.connection(
        description="All cameras, oldest first.", metadata=only(_VIEW)
    )


def find_camera(global_id: relay.GlobalID) -> models.Camera | None:
    """Return the camera of a global id; None if there is none."""
    try:
        return queries.camera_by_id(UUID(global_id.node_id)) if global_id.type_name == "Camera" else None
    except ValueError:
        return None
