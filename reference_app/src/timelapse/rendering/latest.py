"""The latest movie of a timelapse: rendered anew by itself when frames have come.

Each is a movie of its own, made of the segments of the one before and of what is new. When it is ready, it
takes the place of the one before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from eliot import log_message

import fsmlock
from timelapse.rendering import actions, queries
from timelapse.rendering.models import Movie
from timelapse.rendering.presets import options_of
from timelapse.timelapses.actions import publish_change
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TITLE: Final = "Latest movie"
_STOPPED: Final = (Movie.States.FAILED, Movie.States.CANCELLED)
#: While one of these exists, no other is requested; a person who paused it may resume it.
_UNFINISHED: Final = (Movie.States.QUEUED, Movie.States.RENDERING, Movie.States.PAUSED)


def request_due(now: datetime, *, timelapse: int | None = None) -> int:
    """Request the latest movies that are due, of all timelapses or of one; return how many."""
    keeping = Timelapse.objects.filter(state=Timelapse.States.READY, latest_every_s__isnull=False)
    if timelapse is not None:
        keeping = keeping.filter(pk=timelapse)
    return sum(_request(each, now) for each in keeping if _is_due(each, now) and _lacks_frames(each))


def remove_replaced(timelapse: int) -> None:
    """Delete the latest movies that another one takes the place of.

    One that is ready goes when a newer one is ready; one that failed or was cancelled, when there is a newer.
    """
    newest, ready = None, None
    for movie in queries.movies_of(timelapse).filter(latest=True):
        if newest is not None and (
            movie.state in _STOPPED or (movie.state == Movie.States.READY and ready is not None)
        ):
            with suppress(fsmlock.Refused):  # somebody else deletes it
                actions.delete_movie(movie.pk)
            continue
        newest = newest or movie
        ready = ready or (movie if movie.state == Movie.States.READY else None)


def _is_due(timelapse: Timelapse, now: datetime) -> bool:
    requested_at, every_s = timelapse.latest_requested_at, timelapse.latest_every_s or 0
    return requested_at is None or now - requested_at >= timedelta(seconds=every_s)


def _lacks_frames(timelapse: Timelapse) -> bool:
    """Return whether there are frames that the last one requested doesn't have, and none is unfinished."""
    requested = Movie.objects.filter(timelapse=timelapse, latest=True)
    if requested.filter(state__in=_UNFINISHED).exists():
        return False
    frames = timelapse.shown_frames()
    last = requested.order_by("-pk").values_list("last_frame", flat=True).first()
    if last is not None and timelapse.latest_requested_at is not None:
        frames = frames.filter(pk__gt=last)
    return frames.exists()


def _request(timelapse: Timelapse, now: datetime) -> bool:
    options = options_of(**timelapse.latest_options)
    try:
        with transaction.atomic():
            if not claim(timelapse, now):
                return False
            actions.request_render(timelapse.pk, replace(options, title=TITLE), latest=True)
    except fsmlock.Refused as refused:
        refusals = [
            {"code": reason.code, "message": reason.message, "remedy": reason.remedy}
            for reason in refused.reasons
        ]
        # It is tried again as late as one that was requested.
        if claim(timelapse, now, refusals=refusals):
            reasons = [str(reason) for reason in refused.reasons]
            log_message("movie:latest_refused", timelapse=timelapse.pk, reasons=reasons)
            publish_change(timelapse.pk, "latest_movie")
        return False
    if timelapse.latest_refusals:
        publish_change(timelapse.pk, "latest_movie")
    remove_replaced(timelapse.pk)
    return True


def claim(timelapse: Timelapse, now: datetime, *, refusals: Sequence[dict[str, str]] = ()) -> bool:
    """Note the request, and why it is refused if it is; return whether nobody else has made it meanwhile."""
    unchanged = Timelapse.objects.filter(pk=timelapse.pk, latest_requested_at=timelapse.latest_requested_at)
    return unchanged.update(latest_requested_at=now, latest_refusals=list(refusals)) == 1
