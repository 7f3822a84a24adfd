"""Data loaders: one round trip answers many movies of one request."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from strawberry.dataloader import DataLoader

from timelapse.rendering import waiting
from timelapse.shared.progress import about, store

if TYPE_CHECKING:
    from eliot_progress import TaskState
    from fsmlock import Reason
    from timelapse.rendering.models import Movie


class Loaders:
    """Nothing is remembered between requests, since websockets live long."""

    def __init__(self) -> None:
        self.progress: DataLoader[str, TaskState | None] = DataLoader(_progress, cache=False)
        self.waiting: DataLoader[Movie, tuple[Reason, ...]] = DataLoader(_waiting, cache=False)


_by_loop: WeakKeyDictionary[AbstractEventLoop, Loaders] = WeakKeyDictionary()


def loaders() -> Loaders:
    """Return those of the running event loop."""
    loop = get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = Loaders()
    return _by_loop[loop]


async def progress_of(movie: Movie) -> TaskState | None:
    """Return the latest progress of the movie, unless it belongs to an earlier request."""
    state = await loaders().progress.load(about(movie))
    return state if state is not None and state.causal_id == movie.causal_id else None


async def waiting_reasons(movie: Movie) -> tuple[Reason, ...]:
    """Return why a queued movie isn't being rendered yet; empty for other movies."""
    return await loaders().waiting.load(movie) if movie.state == movie.States.QUEUED else ()


async def _progress(abouts: list[str]) -> list[TaskState | None]:
    found = await sync_to_async(store().latest_many)(abouts)
    return [found.get(name) for name in abouts]


async def _waiting(movies: list[Movie]) -> list[tuple[Reason, ...]]:
    found = await sync_to_async(waiting.waiting_reasons)(movies)
    return [found[movie.pk] for movie in movies]
