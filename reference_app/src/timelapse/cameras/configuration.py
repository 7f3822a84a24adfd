"""The configuration that is wished of a camera: each wish a new revision, so that earlier ones are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Subquery

from fsmlock import Refused
from timelapse.cameras.actions import group_of
from timelapse.cameras.models import Camera, Configuration
from timelapse.cameras.steering import PERMISSION, forbidden
from timelapse.cameras.wishes import Wish, refusals
from timelapse.shared import conf, live

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.contrib.auth.models import User

#: The revision of the configuration that a camera has before anybody wishes something.
FIRST_REVISION = 1
#: So many wishes are looked back on.
REMEMBERED = 50
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """The configuration that counts, and its number."""

    revision: int
    wish: Wish
    row: Configuration | None = None

    def message(self) -> dict[str, object]:
        """Give what an answer to a heartbeat carries."""
        return {"revision": self.revision, "interval_s": self.wish.interval_s, **self.wish.tables()}


@transaction.atomic
def wish_for(camera: Camera, wish: Wish, *, by: User) -> Wished:
    """Wish a configuration of a camera; one that counts already is not written again.

    Raises:
        Refused: somebody may not, or values can't work; each reason's ``params["field"]`` names its value.
    """
    reasons = forbidden("Configure", permitted=by.has_perm(PERMISSION)) or refusals(wish)
    if reasons:
        raise Refused(reasons)
    Camera.objects.select_for_update().get(pk=camera.pk)
    before = wished([camera.pk])[camera.pk]
    if before.wish == wish and before.row is not None:
        return before
    row = Configuration.objects.create(
        camera=camera,
        revision=before.revision + 1,
        interval_s=wish.interval_s,
        schedule=wish.schedule,
        exposure=wish.exposure,
        delivery=wish.delivery,
        wished_by=by,
        wished_by_name=by.get_username(),
    )
    live.changed(group_of(camera.pk), what="configuration")
    return _of(row)


def wished(cameras: Iterable[UUID]) -> dict[UUID, Wished]:
    """Give the configuration that counts of each camera, in one query for all of them."""
    wanted = set(cameras)
    newest = Configuration.objects.filter(camera=OuterRef("camera")).order_by("-revision").values("pk")[:1]
    rows = Configuration.objects.filter(camera__in=wanted, pk=Subquery(newest))
    found = {row.camera_id: _of(row) for row in rows}
    default = Wished(revision=FIRST_REVISION, wish=Wish(interval_s=conf.get().frame_interval_s))
    return {camera: found.get(camera, default) for camera in wanted}


def wished_until(camera: UUID, until: datetime) -> list[tuple[datetime, Wish]]:
    """Give what was wished of a camera up to a moment, each with the moment from which on it counted.

    Oldest first; the first one counts from ever. Of very many wishes the newest are given.
    """
    rows = Configuration.objects.filter(camera=camera, wished_at__lt=until)[:REMEMBERED]
    found = [(row.wished_at, _of(row).wish) for row in reversed(rows)]
    before = Wish(interval_s=conf.get().frame_interval_s) if len(found) < REMEMBERED else found.pop(0)[1]
    return [(EVER, before), *found]


def _of(row: Configuration) -> Wished:
    wish = Wish(
        interval_s=row.interval_s, schedule=row.schedule, exposure=row.exposure, delivery=row.delivery
    )
    return Wished(revision=row.revision, wish=wish, row=row)
