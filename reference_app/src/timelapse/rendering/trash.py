"""The trash: movies that somebody deleted, kept until they are restored or their time is over.

Their files stay, so they take space. Their share links show nothing meanwhile.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

import fsmlock
from timelapse.rendering import actions, queries
from timelapse.rendering.models import Movie
from timelapse.shared import conf

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User
    from django.db.models import QuerySet

#: How many movies are deleted for good in one run; the others are in the next.
MOST_AT_ONCE: Final = 100


@transaction.atomic
def trash_movie(movie: int, user: User | None = None) -> Movie:
    """Put a movie into the trash.

    Raises:
        Refused: there is no such movie, the user may not, or it is queued or being rendered.
    """
    found = actions.get_movie(movie)
    actions.require_allowed(found, "trash", user)
    found.trash()
    found.trashed_by, found.trashed_at = user.get_username() if user is not None else "", timezone.now()
    actions.save_movie(found)
    return found


@transaction.atomic
def restore_movie(movie: int, transition: str, user: User | None = None) -> Movie:
    """Take a movie out of the trash, by `Movie.restore` or `Movie.restore_unfinished`.

    A latest movie that has a successor becomes one of its own, so that it isn't replaced at once.

    Raises:
        Refused: there is no such movie, the user may not, or it is not in the trash, or not so.
    """
    found = actions.get_movie(movie)
    actions.require_allowed(found, transition, user)
    getattr(found, transition)()
    if found.latest:
        newer = Movie.objects.filter(timelapse=found.timelapse_id, latest=True, pk__gt=found.pk)
        found.latest = not queries.listed(newer).exists()
    actions.save_movie(found)
    return found


def delete_for_good(movie: int, user: User | None = None) -> Movie:
    """Delete a movie of the trash with its files.

    Raises:
        Refused: there is no such movie, the user may not, or it is not in the trash.
    """
    with transaction.atomic():
        found = actions.get_movie(movie)
        actions.require_allowed(found, "delete_for_good", user)
        found.delete_for_good()
        actions.save_movie(found)
    return actions.complete_deletion(found)


def sweep(now: datetime) -> int:
    """Delete for good what has been in the trash for long enough, the oldest first; return how many.

    What a crash interrupts is completed with the other deletions.
    """
    limit, done = now - _kept_for(), 0
    for pk in list(_due(limit).order_by("trashed_at").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        # Somebody restores it just now, or its timelapse is being deleted.
        with suppress(fsmlock.StaleState, fsmlock.Refused):
            with transaction.atomic():
                found = _due(limit).select_for_update().filter(pk=pk).first()
                if found is None:
                    continue
                actions.require_allowed(found, "start_deleting", None)
                found.start_deleting()
                actions.save_movie(found)
            actions.complete_deletion(found)
            done += 1
    return done


def until(movie: Movie) -> datetime | None:
    """Return when a movie of the trash is deleted for good; None for one that isn't there."""
    return None if movie.trashed_at is None else movie.trashed_at + _kept_for()


def trash_of(timelapse: int) -> QuerySet[Movie]:
    """Return a timelapse's movies that are in the trash, the one that was deleted last first."""
    return queries.kept(_in_trash().filter(timelapse=timelapse)).order_by("-trashed_at", "-pk")


def bytes_in_trash() -> int:
    """Return the size of the files in the trash."""
    return _in_trash().aggregate(bytes=Sum("bytes"))["bytes"] or 0


def _kept_for() -> timedelta:
    return timedelta(days=conf.get().trash_days)


def _due(limit: datetime) -> QuerySet[Movie]:
    return _in_trash().filter(trashed_at__lte=limit)


def _in_trash() -> QuerySet[Movie]:
    """Return the movies in the trash: those with a time, as the index has them."""
    return Movie.objects.filter(trashed_at__isnull=False)
