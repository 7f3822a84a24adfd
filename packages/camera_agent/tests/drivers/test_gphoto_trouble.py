from __future__ import annotations

import pytest

gp = pytest.importorskip("gphoto2")

from camera_agent.drivers.gphoto_trouble import trouble  # noqa: E402 - only where the library is


def test_a_camera_that_another_program_holds_is_explained():
    error = trouble(gp.GP_ERROR_IO_USB_CLAIM, "[-53] Could not claim the USB device")
    assert "gvfs-gphoto2-volume-monitor" in error.remedy
    assert "gio mount -s gphoto2" in str(error)


def test_an_unknown_number_is_told_as_the_library_does():
    assert str(trouble(-9999, "[-9999] What?")) == "The camera failed: [-9999] What?. It is tried again."
