"""The desired configuration of each camera. Each change is a new revision; earlier revisions are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import OuterRef, Subquery

from camera_agent.protocol.settings import CameraSettings
from fsmlock import Refused, explain
from timelapse.cameras.changes import publish_change
from timelapse.cameras.models import Camera, Configuration
from timelapse.cameras.settings import Values, refusals, settings_of
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from django.contrib.auth.models import User

#: The revision of a camera's default configuration.
FIRST_REVISION: Final = 1
#: How many revisions `configurations_until` looks back at most.
HISTORY_LIMIT: Final = 50
BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredConfiguration:
    """A revision of a camera's settings; the default one has no row."""

    revision: int
    #: The settings as they were entered; see `timelapse.cameras.settings`.
    values: Values
    row: Configuration | None = None

    @property
    def settings(self) -> CameraSettings:
        """The settings with their defaults."""
        return settings_of(self.values)

    def message(self) -> Values:
        """Return the part of a heartbeat's answer that carries it."""
        return {"revision": self.revision, **self.values}


@transaction.atomic
def configure(camera: Camera, values: Mapping[str, object], *, by: User) -> DesiredConfiguration:
    """Make the settings the camera's next revision, unless they are its current ones.

    Raises:
        Refused: the user may not, or values can't work; each reason's ``params["field"]`` names its value.
    """
    reasons = explain(camera, to="configure", user=by) or refusals(values)
    if reasons:
        raise Refused(reasons)
    Camera.objects.select_for_update().get(pk=camera.pk)
    before = current_configurations([camera.pk])[camera.pk]
    row = Configuration(
        camera=camera,
        revision=before.revision + 1,
        interval_s=settings_of(values).interval_s,
        schedule=values.get("schedule"),
        exposure=values.get("exposure"),
        delivery=values.get("delivery"),
        updated_by=by,
        updated_by_name=by.get_username(),
    )
    if before.row is not None and before.values == _from_row(row).values:
        return before
    row.save()
    publish_change(camera.pk, "configuration")
    return _from_row(row)


def current_configurations(cameras: Iterable[UUID]) -> dict[UUID, DesiredConfiguration]:
    """Return the newest configuration of each camera. Takes one query for any number of cameras."""
    wanted = set(cameras)
    newest = Configuration.objects.filter(camera=OuterRef("camera")).order_by("-revision").values("pk")[:1]
    rows = Configuration.objects.filter(camera__in=wanted, pk=Subquery(newest))
    found = {row.camera_id: _from_row(row) for row in rows}
    default = DesiredConfiguration(
        revision=FIRST_REVISION, values={"interval_s": conf.get().frame_interval_s}
    )
    return {camera: found.get(camera, default) for camera in wanted}


def configurations_until(camera: UUID, until: datetime) -> list[tuple[datetime, CameraSettings]]:
    """Return the settings that applied up to a moment, oldest first, each with the moment it began to apply.

    The first one applies from the beginning of time. Only the newest `HISTORY_LIMIT` revisions are read.
    """
    rows = Configuration.objects.filter(camera=camera, updated_at__lt=until)[:HISTORY_LIMIT]
    found = [(row.updated_at, _from_row(row).settings) for row in reversed(rows)]
    default = CameraSettings(interval_s=conf.get().frame_interval_s)
    before = default if len(found) < HISTORY_LIMIT else found.pop(0)[1]
    return [(BEGINNING, before), *found]


def _from_row(row: Configuration) -> DesiredConfiguration:
    return DesiredConfiguration(revision=row.revision, values=row.values(), row=row)
