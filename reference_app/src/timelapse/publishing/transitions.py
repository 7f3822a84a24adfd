"""Performs the action *share* of movies and timelapses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from timelapse.publishing import actions
from timelapse.rendering.models import Movie
from timelapse.shared.transitions import Applied, applied_by
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@applied_by(Movie, "share")
@applied_by(Timelapse, "share")
def share(obj: Movie | Timelapse, user: User, *, days: int, password: str, download: bool) -> Applied:
    """Make a link."""
    made = actions.share(obj, user, days=days, password=password, download=download)
    return Applied(obj=obj, created=made)
