"""The focus aid: a page asks for pictures again and again, and the agent takes them until nobody asks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from fsmlock import Refused, explain
from timelapse.cameras.changes import publish_change
from timelapse.cameras.models import Camera

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.models import User

#: How long pictures are taken after somebody has asked for them. A page that shows them asks every 10 s.
LEASE: Final = timedelta(seconds=25)


@transaction.atomic
def ask_for_pictures(camera: Camera, *, by: User | None = None, now: datetime | None = None) -> Camera:
    """Have the agent take pictures for the focus aid, for the next `LEASE`.

    Raises:
        Refused: the user may not, the agent never connected, or it has no focus aid.
    """
    now = now or timezone.now()
    current = Camera.objects.select_for_update().get(pk=camera.pk)
    if reasons := explain(current, to="focus", user=by):
        raise Refused(reasons)
    begins = current.focus_until is None or current.focus_until < now
    current.focus_until = now + LEASE
    current.save(update_fields=["focus_until"])
    if begins:
        publish_change(current.pk, "focus")
    return current


def wanted_s(camera: UUID, *, now: datetime | None = None) -> float:
    """Return for how many seconds from now pictures are wanted; 0 if none are."""
    now = now or timezone.now()
    until = (
        Camera.objects.filter(pk=camera, focus_until__gt=now).values_list("focus_until", flat=True).first()
    )
    return 0.0 if until is None else round((until - now).total_seconds(), 3)
