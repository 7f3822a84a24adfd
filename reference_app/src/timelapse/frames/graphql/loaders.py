"""Data loaders: one query answers many cameras of one request."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from uuid import UUID
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from strawberry.dataloader import DataLoader

from timelapse.frames import drain_estimate, ledger, models, previews, queries


class Loaders:
    """Answers for many cameras; nothing is remembered, since websockets live long."""

    def __init__(self) -> None:
        self.latest_frame: DataLoader[UUID, models.Frame | None] = DataLoader(_latest_frames, cache=False)
        self.frame_count: DataLoader[UUID, int] = DataLoader(_frame_counts, cache=False)
        self.preview: DataLoader[UUID, models.Preview | None] = DataLoader(_previews, cache=False)
        self.drain: DataLoader[UUID, float | None] = DataLoader(_drains, cache=False)
        self.stored_bytes: DataLoader[UUID, int] = DataLoader(_stored_bytes, cache=False)


_by_loop: WeakKeyDictionary[AbstractEventLoop, Loaders] = WeakKeyDictionary()


def loaders() -> Loaders:
    """Return those of the running event loop."""
    return _by_loop.setdefault(get_running_loop(), Loaders())


async def _latest_frames(cameras: list[UUID]) -> list[models.Frame | None]:
    found = await sync_to_async(queries.latest_frames)(cameras)
    return [found.get(camera) for camera in cameras]


async def _frame_counts(cameras: list[UUID]) -> list[int]:
    found = await sync_to_async(queries.frame_counts)(cameras)
    return [found.get(camera, 0) for camera in cameras]


async def _previews(cameras: list[UUID]) -> list[models.Preview | None]:
    found = await sync_to_async(previews.newest_previews)(cameras)
    return [found.get(camera) for camera in cameras]


async def _stored_bytes(cameras: list[UUID]) -> list[int]:
    found = await sync_to_async(ledger.stored_bytes)(cameras)
    return [found.get(camera, 0) for camera in cameras]


async def _drains(cameras: list[UUID]) -> list[float | None]:
    found = await sync_to_async(drain_estimate.estimates)(cameras)
    return [found.get(camera) for camera in cameras]
