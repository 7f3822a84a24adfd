from __future__ import annotations

import pytest

gp = pytest.importorskip("gphoto2")

from camera_agent.drivers.gphoto_errors import to_driver_error  # noqa: E402 - only where the library is
from camera_agent.drivers.usb import Holder  # noqa: E402 - the same


def test_a_camera_that_another_program_holds_is_explained():
    error = to_driver_error(
        gp.GP_ERROR_IO_USB_CLAIM, "[-53] Could not claim the USB device", find_holders=tuple
    )
    assert "gvfs-gphoto2-volume-monitor" in error.remedy
    assert "gio mount -s gphoto2" in str(error)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("gvfs-gphoto2-vo", "gio mount -s gphoto2"), ("darktable", "end the one that uses the camera")],
)
def test_who_holds_the_camera_is_named_with_what_to_do(name, remedy):
    find_holders = (Holder(pid=812, name=name),)
    error = to_driver_error(
        gp.GP_ERROR_IO_USB_CLAIM, "[-53] Could not claim it", find_holders=lambda: find_holders
    )
    assert f"{name} (process 812)" in error.remedy
    assert remedy in error.remedy


def test_an_unknown_number_is_reported_as_the_library_does():
    assert (
        str(to_driver_error(-9999, "[-9999] What?")) == "The camera failed: [-9999] What?. It is tried again."
    )
