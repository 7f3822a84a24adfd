"""libgphoto2's errors with their remedies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gphoto2 as gp

from camera_agent.drivers.usb import holders
from camera_agent.errors import DriverError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from camera_agent.drivers.usb import Holder

#: Desktop processes that claim every camera.
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


def to_driver_error(
    code: int, text: str, *, find_holders: Callable[[], Sequence[Holder]] = holders
) -> DriverError:
    """Return the error for libgphoto2's `code` and `text`; a failed claim names who uses the camera."""
    if code == gp.GP_ERROR_IO_USB_CLAIM and (found := find_holders()):
        return DriverError(f"The camera failed: {text}.", _claimed(found))
    return DriverError(f"The camera failed: {text}.", REMEDIES.get(code, "It is tried again."))


def _claimed(found: Sequence[Holder]) -> str:
    named = ", ".join(map(str, found))
    # The kernel truncates names of processes to 15 letters.
    if any(grabber.startswith(one.name) for one in found for grabber in GRABBERS):
        return f"USB devices are held by {named}: end it with 'gio mount -s gphoto2', or mask its service."
    return f"USB devices are held by {named}: end the one that uses the camera."
