"""Makes share links, one transaction each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

import fsmlock
from timelapse.publishing import queries
from timelapse.publishing.domain import MOST_LINKS, TOO_MANY_LINKS
from timelapse.publishing.models import ShareLink
from timelapse.rendering.models import Movie

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from timelapse.timelapses.models import Timelapse


def share(obj: Movie | Timelapse, user: User, *, days: int, password: str, download: bool) -> ShareLink:
    """Make a link to a movie, or to the newest movie and the latest picture of a timelapse.

    Args:
        obj: what to share.
        user: who shares it.
        days: how long the link works; 0: until it is revoked.
        password: what visitors must enter; empty: nothing.
        download: whether the page offers the file for download.

    Raises:
        TransitionRefused: it can't be shared now, or the user may not.
        Refused: there are as many links to it as there may be.
    """
    encoded = make_password(password) if password else ""
    with transaction.atomic():
        locked = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
        reasons = fsmlock.explain(locked, to="share", user=user)
        if reasons:
            raise fsmlock.TransitionRefused(reasons, instance=locked)
        now = timezone.now()
        if queries.working_links(locked, now).count() >= MOST_LINKS:
            raise fsmlock.Refused([TOO_MANY_LINKS])
        return ShareLink.objects.create(
            movie=locked if isinstance(locked, Movie) else None,
            timelapse=None if isinstance(locked, Movie) else locked,
            password=encoded,
            offers_download=download,
            expires_at=now + timedelta(days=days) if days else None,
            created_by=user,
        )
