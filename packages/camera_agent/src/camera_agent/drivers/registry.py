"""Finds drivers by name: shipped ones, entry points of other packages, or `module:Class`."""

from __future__ import annotations

import difflib
from importlib import import_module
from typing import TYPE_CHECKING

from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from camera_agent.drivers.base import Driver

ENTRY_POINTS = "camera_agent.drivers"

#: Shipped drivers, imported only in the child process that needs them.
SHIPPED = {
    "gopro": "camera_agent.drivers.gopro:GoproDriver",
    "gphoto2": "camera_agent.drivers.gphoto:GphotoDriver",
    "picamera2": "camera_agent.drivers.picamera:PicameraDriver",
    "replay": "camera_agent.drivers.replay:ReplayDriver",
    "simulated": "camera_agent.drivers.simulated:SimulatedDriver",
}


def names() -> tuple[str, ...]:
    """Return the names of all drivers."""
    return tuple(sorted({*SHIPPED, *_installed()}))


def check(name: str) -> str:
    """Return the name if there is such a driver. BadInput, with a suggestion, otherwise."""
    if ":" not in name and name not in SHIPPED and name not in names():
        close = difflib.get_close_matches(name, names(), n=1)
        guess = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(names())}."
        raise BadInput(f"There is no driver {name!r}.", guess)
    return name


def load(name: str) -> Driver:
    """Create a driver; shipped names come first. BadInput when it can't be imported."""
    target = SHIPPED.get(check(name)) or _installed().get(name, name)
    module, _, attribute = target.partition(":")
    try:
        make: Callable[[], Driver] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise BadInput(
            f"The driver {name!r} can't be loaded: {error}.",
            f"Install what it needs: pip install 'camera-agent[{name}]'." if name in SHIPPED else "",
        ) from error
    return make()


def _installed() -> Mapping[str, str]:
    """Return the `module:Class` of each driver of other packages, by name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and only for other packages' drivers

    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
