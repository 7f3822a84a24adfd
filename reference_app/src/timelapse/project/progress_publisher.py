"""From a task's progress to the groups of those who watch what it is about."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import close_old_connections

from eliot_progress.adapters.channels import publisher
from timelapse.rendering.models import Movie
from timelapse.shared.live import send

if TYPE_CHECKING:
    from eliot_progress import TaskState

_MOVIE = f"{Movie._meta.label}:"
_publish = publisher()
#: Tasks of this process whose begin was told, the oldest first.
_begun: dict[str, None] = {}
#: More than one process ever works on; a task beyond them is told of again.
_MOST = 10_000


def publish(state: TaskState) -> None:
    """Tell a task's new state to who follows it, and to who watches the movie's timelapse.

    The operators' queues and holds are another matter: they change when work begins or ends.
    Runs in the thread that eliot_progress keeps for listeners; no work waits for it.
    """
    _publish(state)
    if _begins_or_ends(state):
        send("operations", {"task": state.id})
    if state.about.startswith(_MOVIE):
        movie = int(state.about.removeprefix(_MOVIE))
        timelapse = _timelapse_of(movie)
        if timelapse is not None:
            send(f"timelapse.{timelapse}", {"movie": movie})


def _begins_or_ends(state: TaskState) -> bool:
    """Whether this is the first that is told of a task, or the last.

    A task's first report may never be told: a newer one takes its place while it waits.
    """
    if state.outcome is not None:
        _begun.pop(state.id, None)
        return True
    if state.id in _begun:
        return False
    _begun[state.id] = None
    if len(_begun) > _MOST:
        del _begun[next(iter(_begun))]
    return True


@lru_cache(maxsize=1000)
def _timelapse_of(movie: int) -> int | None:
    """A movie never changes its timelapse: one query a movie and process."""
    try:
        return Movie.objects.filter(pk=movie).values_list("timelapse_id", flat=True).first()
    finally:
        close_old_connections()
