"""What many cameras of one request ask for, by one query each."""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from uuid import UUID
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from strawberry.dataloader import DataLoader

from timelapse.cameras.commands import commands_of
from timelapse.cameras.configuration import Wished, wished
from timelapse.cameras.models import Command


class Loaders:
    """Answers for many cameras; nothing is remembered, since websockets live long."""

    def __init__(self) -> None:
        self.commands: DataLoader[UUID, list[Command]] = DataLoader(_commands, cache=False)
        self.wished: DataLoader[UUID, Wished] = DataLoader(_wished, cache=False)


_by_loop: WeakKeyDictionary[AbstractEventLoop, Loaders] = WeakKeyDictionary()


def loaders() -> Loaders:
    """Give those of the running event loop."""
    return _by_loop.setdefault(get_running_loop(), Loaders())


async def _commands(cameras: list[UUID]) -> list[list[Command]]:
    found = await sync_to_async(commands_of)(cameras)
    return [found.get(camera, []) for camera in cameras]


async def _wished(cameras: list[UUID]) -> list[Wished]:
    found = await sync_to_async(wished)(cameras)
    return [found[camera] for camera in cameras]
