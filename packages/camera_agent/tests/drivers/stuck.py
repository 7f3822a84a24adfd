"""The real driver with a camera whose link dies at its first picture, until its USB port is reset."""

from __future__ import annotations

import gphoto2 as gp

from camera_agent.drivers import gphoto
from camera_agent.drivers.gphoto import GphotoDriver


class StuckCamera(GphotoDriver):
    def __init__(self) -> None:
        super().__init__()
        self._was_stuck = self._stuck = False
        reset = gphoto.reset

        def freed(path: str) -> None:
            reset(path)
            self._stuck = False

        gphoto.reset = freed

    def _start(self) -> None:
        if self._stuck:
            raise gp.GPhoto2Error(gp.GP_ERROR_IO)
        super()._start()

    def _capture(self, target):
        if not self._was_stuck:
            self._was_stuck = self._stuck = True
            raise gp.GPhoto2Error(gp.GP_ERROR_TIMEOUT)
        return super()._capture(target)


class HeldCamera(StuckCamera):
    """Its link died because another program took the camera."""

    def _start(self) -> None:
        if self._stuck:
            raise gp.GPhoto2Error(gp.GP_ERROR_IO_USB_CLAIM)
        super()._start()
