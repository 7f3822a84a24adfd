"""GraphQL of timelapses: frames, locks and available transitions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import Annotated, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
import strawberry_django
from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info
from strawberry_django.relay import DjangoListConnection

import fsmlock
from camera_agent.protocol.settings import CameraSettings
from fsmlock.adapters.graphql import WithLocks
from timelapse.cameras.configuration import DesiredConfiguration, current_configurations
from timelapse.cameras.graphql import Camera
from timelapse.frames import daylight
from timelapse.frames.daylight import timezone_of
from timelapse.frames.graphql import Frame
from timelapse.frames.graphql.footage import (
    CountBy,
    FrameConnection,
    FrameCount,
    From,
    NearestFrame,
    Night,
    To,
    check_moments,
    check_period,
    counted,
    frame_connection,
    nearest_frame,
)
from timelapse.frames.pages import Page
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

    @strawberry_django.field(
        description="Its latest movie is rendered anew when frames have come, at most once in so many "
        "seconds; null: no latest movie is kept."
    )
    def latest_movie_every_seconds(self) -> int | None:
        """Return the setting."""
        return _row(self).latest_every_s

    @strawberry_django.field(description="How many frames there are.")
    async def frame_count(self, info: Info) -> int:
        """Load it together with those of the other timelapses of the request."""
        return (await footage_of(info, cast("models.Timelapse", self))).frame_count

    @strawberry_django.field(description="The latest frame by the time it was taken.")
    async def latest_frame(self, info: Info) -> Frame | None:
        """Load it together with those of the other timelapses of the request."""
        return cast("Frame | None", (await footage_of(info, cast("models.Timelapse", self))).latest)

    @strawberry_django.field(
        description="Its frames in playing order, hidden ones included. A page costs the same wherever "
        "it is. `around` is the page with as many frames before a moment as after it; `every` thins them by "
        "their sequence numbers."
    )
    async def frames(
        self,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        since: From = None,
        until: To = None,
        around: datetime | None = None,
        every: int = 1,
    ) -> FrameConnection:
        """Read a page."""
        page = Page(first=first, last=last, around=around, since=since, until=until, every=every)
        return await frame_connection(_row(self).frames(), page, after=after, before=before)

    @strawberry_django.field(description="The frame nearest to a moment; null if there is no frame.")
    async def frame_at(self, time: datetime) -> NearestFrame | None:
        """Find it."""
        return await nearest_frame(_row(self).frames(), time)

    @strawberry_django.field(
        description="How many frames there are in each day or hour of its time zone (UTC if that is "
        "not known), oldest first; days and hours without a frame are left out."
    )
    async def frame_counts(
        self, info: Info, by: CountBy, since: From = None, until: To = None
    ) -> list[FrameCount]:
        """Count them."""
        return await counted(_row(self).frames(), by, since, until, await _zone_of(info, _row(self)))

    @strawberry_django.field(
        description="The name of its camera's time zone, such as Europe/Zurich; null if it is not known."
    )
    async def timezone(self, info: Info) -> str | None:
        """Take it from the camera's settings or health."""
        return timezone_of(await _settings_of(info, _row(self)), _row(self).camera.health)

    @strawberry_django.field(
        description="The nights of a period, from sunset to sunrise; null if the camera's place is not known."
    )
    async def nights(
        self,
        info: Info,
        since: Annotated[datetime, strawberry.argument(name="from")],
        until: Annotated[datetime, strawberry.argument(name="to")],
    ) -> list[Night] | None:
        """Work them out."""
        check_moments(since, until)
        check_period(since, until, daylight.LONGEST)
        settings = await _settings_of(info, _row(self))
        found = daylight.nights(settings, await _zone_of(info, _row(self)), since, until)
        return None if found is None else [Night.from_value(each) for each in found]


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


def _row(timelapse: Timelapse) -> models.Timelapse:
    return cast("models.Timelapse", timelapse)


async def _settings_of(info: Info, timelapse: models.Timelapse) -> CameraSettings:
    """Load the settings of its camera together with those of others requested at the same time."""
    found = await load(info, current_configurations, timelapse.camera_id)
    return cast("DesiredConfiguration", found).settings  # of every camera, changed or not


async def _zone_of(info: Info, timelapse: models.Timelapse) -> ZoneInfo:
    return ZoneInfo(timezone_of(await _settings_of(info, timelapse), timelapse.camera.health) or "UTC")


async def footage_of(info: Info, timelapse: models.Timelapse) -> Footage:
    """Load the timelapse's footage together with that of others requested at the same time."""
    return await load(info, queries.footage, timelapse.pk) or Footage()
