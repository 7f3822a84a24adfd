"""The USB port of a camera, as libgphoto2 sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gphoto2 as gp

if TYPE_CHECKING:
    from collections.abc import Callable


def choose(camera: gp.Camera, path: str) -> None:
    """Set the camera's port, such as `usb:001,004`. GPhoto2Error when there is none."""
    _with_port(camera.set_port_info, path)


def reset(path: str) -> None:
    """Reset the port, and with it the camera's side of the link. GPhoto2Error when it can't be reset."""
    port = gp.GPPort()
    _with_port(port.set_info, path)
    port.open()
    try:
        port.reset()
    finally:
        port.close()


def _with_port(take: Callable[[gp.GPPortInfo], object], path: str) -> None:
    ports = gp.PortInfoList()
    ports.load()
    # An entry points into its list, which must live until the entry was copied.
    take(ports[ports.lookup_path(path)])
