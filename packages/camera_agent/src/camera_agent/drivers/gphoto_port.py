"""The USB port of a camera, as libgphoto2 sees it."""

from __future__ import annotations

import gphoto2 as gp


def choose(camera: gp.Camera, path: str) -> None:
    """Say at which port the camera is, such as `usb:001,004`. GPhoto2Error when there is none."""
    ports = gp.PortInfoList()
    ports.load()
    # What is taken out of the list points into it: the list must live until it was copied.
    camera.set_port_info(ports[ports.lookup_path(path)])


def reset(path: str) -> None:
    """Reset the port, and with it the camera's side of the link. GPhoto2Error when it can't be reset."""
    ports = gp.PortInfoList()
    ports.load()
    port = gp.GPPort()
    port.set_info(ports[ports.lookup_path(path)])
    port.open()
    try:
        port.reset()
    finally:
        port.close()
