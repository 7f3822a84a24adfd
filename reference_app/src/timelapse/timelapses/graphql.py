"""GraphQL of timelapses: frames, locks and available transitions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info
from strawberry_django.relay import DjangoListConnection

import fsmlock
from fsmlock.adapters.graphql import WithLocks
from timelapse.cameras.graphql import Camera
from timelapse.frames.graphql import Frame
from timelapse.shared import subjects
from timelapse.shared.access import needs, only, readable_by
from timelapse.shared.graphql import LiveUpdate, Stateful, UserError, load, user_errors
from timelapse.shared.list_updates import list_updates
from timelapse.timelapses import actions, models, queries
from timelapse.timelapses.queries import Footage

_VIEW: Final = needs("timelapses.view_timelapse")
subjects.declare(models.Timelapse, queries.timelapses, _VIEW)


@readable_by(_VIEW)
@strawberry_django.type(
    models.Timelapse, description="A camera's frames of a period.", disable_optimization=True
)
class Timelapse(Stateful, WithLocks):
    """A timelapse. Downstream apps extend this type (movies)."""

    name: str
    state: str
    camera: Camera
    created_at: datetime

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Timelapse], info: Info) -> QuerySet[models.Timelapse]:  # noqa: ARG003
        """Hide deleted timelapses, on every path to one."""
        return queries.visible(queryset)

    @strawberry_django.field(description="How many frames there are.")
    async def frame_count(self, info: Info) -> int:
        """Load it together with those of the other timelapses of the request."""
        return (await footage_of(info, cast("models.Timelapse", self))).frame_count

    @strawberry_django.field(description="The latest frame by the time it was taken.")
    async def latest_frame(self, info: Info) -> Frame | None:
        """Load it together with those of the other timelapses of the request."""
        return cast("Frame | None", (await footage_of(info, cast("models.Timelapse", self))).latest)

    @strawberry_django.connection(DjangoListConnection[Frame], description="Its frames in playing order.")
    def frames(self) -> Iterable[Frame]:
        """Return all frames; the connection takes the requested slice."""
        return cast("Iterable[Frame]", cast("models.Timelapse", self).frames())


@strawberry.input
class CreateTimelapseInput:
    """The camera, and the timelapse's name."""

    camera: relay.GlobalID
    name: str


@strawberry.type
class CreateTimelapsePayload:
    """The new timelapse, or the errors."""

    timelapse: Timelapse | None
    errors: list[UserError]


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry_django.connection(
        DjangoListConnection[Timelapse],
        description="All timelapses, oldest first.",
        metadata=only(_VIEW),
    )
    def timelapses(self) -> Iterable[Timelapse]:
        """List them."""
        return cast("Iterable[Timelapse]", queries.timelapses())


@strawberry.type
class TimelapseListUpdate(LiveUpdate):
    """One message of `timelapseListUpdates`."""

    changed: list[Timelapse]


@strawberry.type
class Subscription:
    """Live reads of this app."""

    @strawberry.subscription(
        description="The list of timelapses: a snapshot of it, then each that is new, changed or gone.",
        metadata=only(_VIEW),
    )
    async def timelapse_list_updates(self) -> AsyncGenerator[TimelapseListUpdate, None]:
        """Read the timelapse that changed."""
        async for update in list_updates(TimelapseListUpdate, actions.LIST_GROUP, queries.timelapses):
            yield update


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(
        description="Create a timelapse of a camera's frames.",
        metadata=only(needs("timelapses.add_timelapse")),
    )
    async def create_timelapse(self, input: CreateTimelapseInput) -> CreateTimelapsePayload:  # noqa: A002
        """Create one."""
        try:
            camera = camera_pk_of(input.camera)
            timelapse = await sync_to_async(actions.create_timelapse)(camera=camera, name=input.name)
        except fsmlock.Refused as refused:
            return CreateTimelapsePayload(timelapse=None, errors=user_errors(refused.reasons))
        return CreateTimelapsePayload(timelapse=cast("Timelapse", timelapse), errors=[])


def camera_pk_of(camera: relay.GlobalID) -> UUID:
    """Return the primary key in a camera's global id.

    Raises:
        Refused: it isn't a camera's id.
    """
    try:
        if camera.type_name == "Camera":
            return UUID(camera.node_id)
    except ValueError:
        pass
    raise fsmlock.Refused([actions.NO_CAMERA])


def pk_of(global_id: relay.GlobalID, type_name: str) -> int:
    """Return the primary key in a global id; 0, which no row has, if it is another type's id."""
    is_one = global_id.type_name == type_name and global_id.node_id.isdecimal()
    return int(global_id.node_id) if is_one else 0


async def footage_of(info: Info, timelapse: models.Timelapse) -> Footage:
    """Load the timelapse's footage together with that of others requested at the same time."""
    return await load(info, queries.footage, timelapse.pk) or Footage()
