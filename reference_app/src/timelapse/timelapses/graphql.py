"""GraphQL of timelapses: frames, locks and available transitions."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay
from strawberry.types import Info
from strawberry.types.base import get_object_definition

import fsmlock
from camera_agent.protocol.settings import CameraSettings
from fsmlock.adapters.graphql import Reason
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
from timelapse.shared.access import SIGNED_IN, filtered, needs, only, readable_by, refusal
from timelapse.shared.connections import Connection
from timelapse.shared.graphql import LiveUpdate, Stateful, current_user, load, reasons_of
from timelapse.shared.list_updates import list_updates
from timelapse.timelapses import actions, models, queries, transitions  # noqa: F401 - registers what applies them
from timelapse.timelapses.queries import Footage

if TYPE_CHECKING:
    from timelapse.cameras.models import Camera as CameraRow

_VIEW: Final = needs("timelapses.view_timelapse")
subjects.declare(models.Timelapse, queries.timelapses, _VIEW)


@readable_by(_VIEW)
@strawberry_django.type(
    models.Timelapse, description="A camera's frames of a period.", disable_optimization=True
)
class Timelapse(Stateful):
    """A timelapse. Downstream apps extend this type (movies)."""

    name: str
    state: str
    notes: str
    camera: Camera
    starts_at: datetime | None = strawberry_django.field(
        description="When it begins; null: with the camera's first frame."
    )
    ends_at: datetime | None = strawberry_django.field(
        description="When it ends; null: it goes on until somebody stops it."
    )
    created_at: datetime
    keep_all_days: int | None = strawberry_django.field(
        description="Days for which all its frames are kept; 0: for ever; null: as the settings of the "
        "server say."
    )
    keep_every: int | None = strawberry_django.field(
        description="Of older frames, one of so many is kept; null: as the settings say."
    )

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

    @strawberry_django.field(
        description="When its latest movie was requested last, refused or not; null: not yet."
    )
    def latest_movie_requested_at(self) -> datetime | None:
        """Return it."""
        return _row(self).latest_requested_at

    @strawberry_django.field(
        description="Why that request was refused; empty: it was not. It is made again after the same time."
    )
    def latest_movie_refusals(self) -> list[Reason]:
        """Return the reasons."""
        return reasons_of(fsmlock.Reason(**reason) for reason in _row(self).latest_refusals)

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


@strawberry.type
class Query:
    """Reads of this app."""

    @strawberry_django.connection(
        Connection[Timelapse],
        description="All timelapses that aren't archived, or those that are; oldest first.",
        metadata=only(_VIEW),
    )
    def timelapses(self, archived: bool = False) -> Iterable[Timelapse]:
        """List them."""
        return cast("Iterable[Timelapse]", queries.archived() if archived else queries.listed())


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
        async for update in list_updates(TimelapseListUpdate, actions.LIST_GROUP, queries.listed):
            yield update


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


@strawberry.type
class FilmedCamera:
    """Fields added to the type `Camera`, which itself must not import timelapses."""

    @strawberry_django.field(
        description="Its timelapses that aren't archived, oldest first; none for who may not see any.",
        metadata=filtered(SIGNED_IN),
    )
    async def timelapses(self, info: Info) -> list[Timelapse]:
        """Load them together with those of the other cameras of the request."""
        if refusal(_VIEW, current_user(info)) is not None:
            return []
        camera = cast("CameraRow", self)
        return cast("list[Timelapse]", await load(info, queries.timelapses_of_cameras, camera.pk) or [])


get_object_definition(Camera, strict=True).fields.extend(
    get_object_definition(FilmedCamera, strict=True).fields
)
