"""Publishes the progress of tasks to everybody who watches them or their objects."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import close_old_connections

from timelapse.rendering.models import Movie
from timelapse.shared import live, progress
from timelapse.timelapses.actions import group_of

if TYPE_CHECKING:
    from eliot_progress import TaskState

_MOVIE = f"{Movie._meta.label}:"
#: Tasks of this process whose start was published, the oldest first.
_started: dict[str, None] = {}
#: More tasks than a process ever runs at once; beyond it, a start may be published twice.
_MAX_STARTED = 10_000


def publish(state: TaskState) -> None:
    """Publish a task's new state: to all who watch progress, and to those who watch the movie's timelapse.

    Runs in the thread of eliot_progress's outbox, so the task never waits for it.
    """
    event = progress.event_of(state)
    if _starts_or_ends(state):
        # Not merged with later states: queues and holds change now.
        live.publish(progress.GROUP, {**event, "starts_or_ends": True})
    else:
        live.publish(progress.GROUP, event, key=state.id)
    if state.about.startswith(_MOVIE):
        movie = int(state.about.removeprefix(_MOVIE))
        try:
            timelapse = _timelapse_of(movie)
        except Movie.DoesNotExist:
            return  # Deleted: nobody watches it.
        live.publish(group_of(timelapse), {"movie": movie, **event}, key=state.id)


def _starts_or_ends(state: TaskState) -> bool:
    """Whether this is the first state of a task that is published, or the last.

    A task's first report may never be published: a newer one replaces it while it waits.
    """
    if state.outcome is not None:
        _started.pop(state.id, None)
        return True
    if state.id in _started:
        return False
    _started[state.id] = None
    if len(_started) > _MAX_STARTED:
        del _started[next(iter(_started))]
    return True


@lru_cache(maxsize=1000)
def _timelapse_of(movie: int) -> int:
    """Return the timelapse of a movie, which never changes: one query for each movie and process.

    Raises Movie.DoesNotExist, which is not cached: the movie may be committed later.
    """
    try:
        return Movie.objects.values_list("timelapse_id", flat=True).get(pk=movie)
    finally:
        close_old_connections()
