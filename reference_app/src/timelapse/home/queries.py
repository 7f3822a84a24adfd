"""Reads what the first page shows: for each viewer what they may see, in a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from timelapse.cameras.models import Camera
from timelapse.cameras.queries import cameras
from timelapse.home.needs import needs_of
from timelapse.operations.queries import runs
from timelapse.rendering.models import Movie
from timelapse.rendering.queries import listed_movies
from timelapse.shared.list_updates import LISTED
from timelapse.timelapses.queries import listed

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from fsmlock.models import Run
    from timelapse.timelapses.models import Timelapse
    from timelapse.why.domain.links import Link

#: How many movies that are being rendered are listed at most.
_MAKING_LISTED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What one viewer sees."""

    tiles: tuple[Timelapse | Camera, ...]
    #: How many tiles there are besides.
    more: int
    needs: tuple[Link, ...]
    making: tuple[Movie | Run, ...]


def home(user: User) -> Home:
    """Return what the user sees."""
    tiles, more = _tiles(user)
    return Home(tiles=tiles, more=more, needs=tuple(needs_of(user)), making=(*_movies(user), *_runs(user)))


def _tiles(user: User) -> tuple[tuple[Timelapse | Camera, ...], int]:
    """Return the timelapses, then the cameras without one, and how many are not among them."""
    shown = listed() if user.has_perm("timelapses.view_timelapse") else listed().none()
    idle = cameras().filter(state=Camera.States.PAIRED).exclude(pk__in=shown.order_by().values("camera"))
    if not user.has_perm("cameras.view_camera"):
        idle = idle.none()
    first = shown[:LISTED]
    rest = idle[: max(0, LISTED - len(first))]
    return (*first, *rest), shown.count() + idle.count() - len(first) - len(rest)


def _movies(user: User) -> tuple[Movie, ...]:
    if not user.has_perm("rendering.view_movie"):
        return ()
    return tuple(listed_movies().filter(state=Movie.States.RENDERING)[:_MAKING_LISTED])


def _runs(user: User) -> tuple[Run, ...]:
    """Return the runs that have begun and not ended."""
    return tuple(run for run in runs(user) if run.started_at is not None and run.ended_at is None)
