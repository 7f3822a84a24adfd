"""Deletes timelapses together with their movies, and says what is in the way of a deletion."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

import fsmlock
from timelapse.rendering import actions, queries
from timelapse.rendering.domain import NO_TIMELAPSE
from timelapse.rendering.keogram.columns import folder_of as keograms_of
from timelapse.rendering.models import CHANGE_MOVIE, Movie
from timelapse.shared.access import missing_permission
from timelapse.timelapses.actions import publish_change
from timelapse.timelapses.models import Timelapse
from timelapse.timelapses.queries import timelapse_by_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from fsmlock import ActiveHold
    from fsmlock.holds import HoldContext
    from timelapse.cameras.models import Camera

#: Time for a worker to stop rendering before the deletion is refused.
STOP_WITHIN: Final = timedelta(seconds=20)


def delete_timelapse(timelapse: int, user: User | None = None, *, stop_movies: bool = False) -> Timelapse:
    """Delete the timelapse with its movies. The frames stay, since they are the camera's.

    Args:
        timelapse: its primary key.
        user: who deletes it.
        stop_movies: whether to stop the worker that renders a movie of it; else that movie is in the way.

    Raises:
        Refused: there is no such timelapse, the user may not, or a movie of it is being rendered.
    """
    found = timelapse_by_id(timelapse)
    if found is None:
        raise fsmlock.Refused([NO_TIMELAPSE])
    with hold_to_delete(found, user, stop_movies=stop_movies) as held:
        with held.transaction():
            found.start_deleting()
            found.save()
        _delete_content(held, found)
    return found


def hold_to_delete(obj: Timelapse | Camera, user: User | None, *, stop_movies: bool) -> HoldContext:
    """Return a hold of the object's lock "delete".

    Args:
        obj: what to delete.
        user: who deletes it.
        stop_movies: whether to stop the workers that render movies of it.

    Raises:
        TransitionRefused: the user may not delete it or stop movies, or something else is in the way.
    """
    reasons = fsmlock.explain(obj, to="start_deleting", user=user)
    if stop_movies:
        if user is not None and not user.has_perm(CHANGE_MOVIE):
            reasons = (*reasons, missing_permission("stopping movies", CHANGE_MOVIE))
        # Only movies are stopped: an import, for example, stays in the way.
        others = {hold.token for hold in fsmlock.holds_on(obj) if hold.lock != "render"}
        reasons = tuple(
            reason for reason in reasons if reason.code != "held" or reason.params["token"] in others
        )
    if reasons:
        raise fsmlock.TransitionRefused(reasons, instance=obj)
    policy = fsmlock.Preempt(grace=STOP_WITHIN) if stop_movies else fsmlock.Fail()
    holder = user.get_username() if user is not None else None
    return fsmlock.hold(obj, "delete", policy=policy, why=f"Deleting {obj}", holder=holder)


def finish_deletions() -> int:
    """Complete the deletions that a crash interrupted; return how many."""
    done = 0
    for movie in Movie.objects.filter(state=Movie.States.DELETING):
        # Somebody else completes it now, or has just done so.
        with suppress(fsmlock.StaleState, fsmlock.Refused):
            done += actions.delete_movie(movie.pk).state == Movie.States.DELETED
    for timelapse in Timelapse.objects.filter(state=Timelapse.States.DELETING):
        lock = fsmlock.hold(timelapse, "delete", policy=fsmlock.Skip(), why=f"Deleting {timelapse}")
        with suppress(fsmlock.HoldLost, fsmlock.StaleState), lock as held:
            if held:
                done += _delete_content(held, timelapse)
    return done


def _delete_content(held: ActiveHold, timelapse: Timelapse) -> bool:
    """Delete the movies, then the timelapse. Nobody can begin a movie meanwhile: "delete" is held.

    False as long as files of movies can't be removed: nobody would look for them once the rows are gone.
    """
    are_gone = True
    unfinished = {Movie.States.QUEUED, Movie.States.RENDERING}
    for movie in Movie.objects.filter(timelapse=timelapse).exclude(state=Movie.States.DELETED):
        held.check()
        if movie.state in unfinished:
            with transaction.atomic():
                actions.mark_cancelled(movie)
        are_gone &= actions.delete_movie(movie.pk).state == Movie.States.DELETED
    if not are_gone:
        return False
    for folder in (queries.segments_of(timelapse.pk), keograms_of(timelapse.pk)):
        shutil.rmtree(folder, ignore_errors=True)
    with held.transaction():
        timelapse.finish_deleting()
        timelapse.save()
    publish_change(timelapse.pk, "deleted")
    return True
