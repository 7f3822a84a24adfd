"""Timelapses for the page: what is filmed, how much there is of it, what may be done."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Iterable
from datetime import datetime
from typing import cast
from uuid import UUID
from weakref import WeakKeyDictionary

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from graphql import GraphQLError
from strawberry import relay
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from strawberry_django.relay import DjangoListConnection

import fsmlock
from fsmlock.adapters.graphql import Hold, Transition
from timelapse.cameras.graphql import Camera
from timelapse.frames.graphql import Frame
from timelapse.frames.models import Frame as FrameModel
from timelapse.shared.graphql import UserError, signed_in, user_errors
from timelapse.timelapses import actions, models, queries
from timelapse.timelapses.queries import Footage


@strawberry_django.type(
    models.Timelapse, description="What a camera films, or filmed.", disable_optimization=True
)
class Timelapse(relay.Node):
    """A timelapse. Apps that know more of it (its movies) extend this type."""

    name: str
    state: str
    camera: Camera
    created_at: datetime

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Timelapse], info: Info) -> QuerySet[models.Timelapse]:
        """Show timelapses to who is signed in, by whatever way they are reached."""
        signed_in(info)
        return queryset.select_related("camera")

    @strawberry_django.field(description="How many frames there are.")
    async def frame_count(self) -> int:
        """Count them together with those of the other timelapses of the request."""
        return (await footage_of(cast("models.Timelapse", self))).frame_count

    @strawberry_django.field(description="The latest frame by the time it was taken.")
    async def latest_frame(self) -> Frame | None:
        """Look it up together with those of the other timelapses of the request."""
        return cast("Frame | None", (await footage_of(cast("models.Timelapse", self))).latest)

    @strawberry_django.connection(DjangoListConnection[Frame], description="Its frames in a film's order.")
    def frames(self) -> Iterable[Frame]:
        """Give the frames; the connection takes the slice that is asked for."""
        return cast("Iterable[Frame]", cast("models.Timelapse", self).frames())

    @strawberry_django.field(description="What can be done with it, and why not.")
    def available_transitions(self, info: Info) -> list[Transition]:
        """Ask the state machine."""
        timelapse = cast("models.Timelapse", self)
        return [Transition.from_value(each) for each in fsmlock.available(timelapse, signed_in(info))]

    @strawberry_django.field(description="Who works on it now.")
    def locks(self) -> list[Hold]:
        """Ask the locks."""
        return [Hold.from_value(hold) for hold in fsmlock.holds_on(cast("models.Timelapse", self))]


@strawberry.input
class CreateTimelapseInput:
    """Which camera films it, and what to call it."""

    camera: relay.GlobalID
    name: str


@strawberry.type
class CreateTimelapsePayload:
    """The new timelapse, or why there is none."""

    timelapse: Timelapse | None
    errors: list[UserError]


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry_django.connection(
        DjangoListConnection[Timelapse], description="All timelapses, oldest first."
    )
    def timelapses(self, info: Info) -> Iterable[Timelapse]:
        """List them."""
        signed_in(info)
        return cast("Iterable[Timelapse]", queries.timelapses())


@strawberry.type
class Mutation:
    """Writes of this app."""

    @strawberry.mutation(description="Make a timelapse of what a camera films.")
    async def create_timelapse(self, info: Info, input: CreateTimelapseInput) -> CreateTimelapsePayload:  # noqa: A002
        """Make one."""
        signed_in(info)
        try:
            camera = camera_pk_of(input.camera)
            timelapse = await sync_to_async(actions.create_timelapse)(camera=camera, name=input.name)
        except fsmlock.Refused as refused:
            return CreateTimelapsePayload(timelapse=None, errors=user_errors(refused.reasons))
        return CreateTimelapsePayload(timelapse=cast("Timelapse", timelapse), errors=[])


def camera_pk_of(camera: relay.GlobalID) -> UUID:
    """Read which camera is meant.

    Raises:
        Refused: it is no camera's id.
    """
    try:
        if camera.type_name == "Camera":
            return UUID(camera.node_id)
    except ValueError:
        pass
    raise fsmlock.Refused([actions.NO_CAMERA])


def pk_of(global_id: relay.GlobalID, type_name: str) -> int:
    """Read which row of a type is meant; 0, which no row has, when it is another type's id."""
    is_one = global_id.type_name == type_name and global_id.node_id.isdecimal()
    return int(global_id.node_id) if is_one else 0


async def get_timelapse(global_id: relay.GlobalID) -> models.Timelapse:
    """Find the timelapse that is meant.

    Raises:
        GraphQLError: there is none (``extensions.code`` is ``not_found``).
    """
    found = await sync_to_async(queries.timelapse_by_id)(pk_of(global_id, "Timelapse"))
    if found is None:
        raise GraphQLError(
            f"There is no timelapse with the id {global_id}. Reload the page: it may be gone.",
            extensions={"code": "not_found"},
        )
    return found


#: Many timelapses' footage by constant queries; nothing is remembered, since websockets live long.
_by_loop: WeakKeyDictionary[AbstractEventLoop, DataLoader[int, Footage]] = WeakKeyDictionary()


async def footage_of(timelapse: models.Timelapse) -> Footage:
    """Look at the timelapse's frames together with those of others that are asked for at the same time."""
    loop = get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = DataLoader(_footage, cache=False)
    return await _by_loop[loop].load(timelapse.pk)


async def _footage(timelapses: list[int]) -> list[Footage]:
    found = await sync_to_async(queries.footage)(timelapses)
    return [found.get(timelapse, Footage()) for timelapse in timelapses]


def latest_edge(frame: FrameModel, frame_count: int) -> relay.Edge[Frame]:
    """Show a frame as the last edge of its timelapse's frames."""
    cursor = relay.to_base64("arrayconnection", max(0, frame_count - 1))
    return relay.Edge(cursor=cursor, node=cast("Frame", frame))
