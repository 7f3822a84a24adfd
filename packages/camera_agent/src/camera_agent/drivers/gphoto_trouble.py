"""What libgphoto2's error numbers mean for the person at the camera."""

from __future__ import annotations

import gphoto2 as gp

from camera_agent.errors import DriverError

#: Desktop processes that take every camera they see.
GRABBERS = ("gvfs-gphoto2-volume-monitor", "gvfsd-gphoto2", "PTPCamera", "ptpcamerad")

REMEDIES = {
    gp.GP_ERROR_IO_USB_CLAIM: (
        f"Another program holds the camera, most often {GRABBERS[0]}: end it with"
        " 'gio mount -s gphoto2', or mask its service."
    ),
    gp.GP_ERROR_IO_USB_FIND: "Switch the camera on and check the cable.",
    gp.GP_ERROR_MODEL_NOT_FOUND: "Switch the camera on, set it to PTP, and check the cable.",
    gp.GP_ERROR_NO_MEMORY: "Its card may be full: make room, or set the option target to its own memory.",
    gp.GP_ERROR_NO_SPACE: "Its card is full: make room on it.",
    gp.GP_ERROR_CAMERA_BUSY: "It is busy: a longer interval helps.",
    gp.GP_ERROR_TIMEOUT: "It does not answer: switch it off and on again.",
    gp.GP_ERROR_IO: "The cable or its power may be loose.",
}


def trouble(code: int, text: str) -> DriverError:
    """The error to raise for libgphoto2's `code` and its own `text`."""
    return DriverError(f"The camera failed: {text}.", REMEDIES.get(code, "It is tried again."))
