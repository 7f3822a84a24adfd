"""Cameras supported by libgphoto2: most DSLRs and system cameras on a USB cable."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import gphoto2 as gp

from camera_agent.captures import HEAD_BYTES, filetype_of
from camera_agent.drivers.base import CapturedImage, Description, Options
from camera_agent.drivers.gphoto_errors import to_driver_error
from camera_agent.drivers.gphoto_exposure import Scales
from camera_agent.drivers.gphoto_port import choose, reset
from camera_agent.drivers.gphoto_settings import Setting, parse_extra, write
from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.captures import ExposureValue
    from camera_agent.exposure import Exposure

#: The options' names on cameras of different makers; the first name that a camera has is used.
NAMES: Mapping[str, tuple[str, ...]] = {
    "iso": ("iso", "isospeed"),
    "aperture": ("aperture", "f-number"),
    "shutter": ("shutterspeed", "exptime"),
    "compensation": ("exposurecompensation",),
    "quality": ("imageformat", "imagequality"),
    "target": ("capturetarget",),
}
#: Events to read after a capture (a RAW twin, "ready again"), and the milliseconds to wait for each.
EVENTS, EVENT_WAIT_MS = 20, 100


class GphotoDriver:
    """Options: `port` (`usb:001,004`; default the first camera), the names in `NAMES`, `config`, `keep`.

    `config` sets anything else the camera has (`"whitebalance=Daylight, autofocus=Off"`); `keep = true`
    leaves pictures on the camera's card after the download. A RAW twin is deleted
    only after its download to the folder `raw`; without that folder it stays on the card.
    """

    option_names: ClassVar[frozenset[str]] = frozenset({*NAMES, "port", "config", "keep", "raw"})

    def __init__(self) -> None:
        self._camera: gp.Camera | None = None
        self._options: Options = {}
        self._port = ""
        self._exposure: dict[str, ExposureValue] = {}
        self._scales: Scales | None = None

    def open(self, options: Options) -> Description:
        """Find and configure the camera. BadInput for a setting or value it does not accept."""
        self._options = options
        found = [(name, port) for name, port in gp.Camera.autodetect().items()]
        wanted = options.get("port")
        cameras = [(name, port) for name, port in found if wanted in (None, port)]
        if not cameras:
            there = ", ".join(f"{name} at {port}" for name, port in found) or "none"
            raise DriverError(
                f"There is no camera{f' at {wanted}' if wanted else ''} (found: {there}).",
                "Switch it on, check the cable, and set it to PTP.",
            )
        name, self._port = cameras[0]
        try:
            self._start()
        except gp.GPhoto2Error as error:
            raise to_driver_error(error.code, str(error)) from error
        return Description(model=name, exposure_limits=None if self._scales is None else self._scales.limits)

    def set_exposure(self, wanted: Exposure | None) -> None:
        """Set the nearest shutter time and sensitivity that the camera has; None changes nothing."""
        if wanted is None or self._scales is None:
            return
        camera = self._opened()
        for names, value in self._scales.nearest(wanted).items():
            if (setting := Setting.find(camera, NAMES[names])) and setting.value != value:
                write(camera, setting, value)
        self._read_exposure()

    def _start(self) -> None:
        self._camera = gp.Camera()
        choose(self._camera, self._port)
        self._camera.init()
        self._configure()

    def _configure(self) -> None:
        for option, names in NAMES.items():
            if option in self._options:
                setting = Setting.find(self._camera, names)
                if setting is None:
                    raise BadInput(f"This camera has no setting for {option!r}.", "Leave the option out.")
                write(self._camera, setting, str(self._options[option]))
        for name, value in parse_extra(str(self._options.get("config", ""))).items():
            setting = Setting.find(self._camera, (name,))
            if setting is None:
                raise BadInput(
                    f"This camera has no setting {name!r}.", "gphoto2 --list-config names them all."
                )
            write(self._camera, setting, value)
        shutter, iso = (Setting.find(self._camera, NAMES[option]) for option in ("shutter", "iso"))
        self._scales = Scales.of(
            shutter.choices if shutter and not shutter.read_only else (),
            iso.choices if iso and not iso.read_only else (),
        )
        self._read_exposure()

    def _read_exposure(self) -> None:
        for option in ("iso", "aperture", "shutter"):
            if setting := Setting.find(self._camera, NAMES[option]):
                self._exposure[option] = setting.value
        if self._scales is not None:
            self._exposure |= self._scales.numeric_exposure(self._exposure)

    def capture(self, target: Path) -> CapturedImage:
        """Release the shutter and download the picture; a camera that fails is closed and opened once."""
        with contextlib.suppress(gp.GPhoto2Error):
            return self._capture(target)
        # Outside of the handler: while an error is handled it keeps the old camera alive and its port in use.
        try:
            self._reopen()
            return self._capture(target)
        except gp.GPhoto2Error as error:
            raise to_driver_error(error.code, str(error)) from error

    def _capture(self, target: Path) -> CapturedImage:
        camera = self._opened()
        image = camera.capture(gp.GP_CAPTURE_IMAGE)
        written = [(image.folder, image.name), *self._written_later()]
        name = None
        for folder, file_name in written:
            filetype = self._download(folder, file_name, target) if name is None else None
            if filetype is not None:
                name = (file_name, filetype)
            saved = filetype is not None or self._save_raw(folder, file_name)
            if saved and not self._options.get("keep"):
                camera.file_delete(folder, file_name)
        if name is None:
            names = ", ".join(file_name for _, file_name in written)
            raise DriverError(
                f"The camera took {names}, of which none is a JPEG.", "Set it to JPEG or RAW+JPEG."
            )
        return CapturedImage(filename=name[0], filetype=name[1], exposure=dict(self._exposure))

    def _written_later(self) -> list[tuple[str, str]]:
        """Return the files after the first (a RAW+JPEG pair is two), until the camera is ready."""
        files: list[tuple[str, str]] = []
        for _ in range(EVENTS):
            kind, data = self._opened().wait_for_event(EVENT_WAIT_MS)
            if kind == gp.GP_EVENT_FILE_ADDED:
                files.append((data.folder, data.name))
            elif kind in (gp.GP_EVENT_TIMEOUT, gp.GP_EVENT_CAPTURE_COMPLETE):
                break
        return files

    def _download(self, folder: str, name: str, target: Path) -> str | None:
        """Download a file to `target`; return its MIME type, or None (and no file) for no picture."""
        self._opened().file_get(folder, name, gp.GP_FILE_TYPE_NORMAL).save(str(target))
        with target.open("rb") as file:
            filetype = filetype_of(file.read(HEAD_BYTES))
        if filetype is None:
            target.unlink()
        return filetype

    def _save_raw(self, folder: str, name: str) -> bool:
        """Download a RAW twin to its folder; False without one, and the twin stays on the card."""
        if not (raw := str(self._options.get("raw", ""))):
            return False
        Path(raw).mkdir(parents=True, exist_ok=True)
        timestamp = time.strftime("%Y%m%d-%H%M%S")
        self._opened().file_get(folder, name, gp.GP_FILE_TYPE_NORMAL).save(
            str(Path(raw) / f"{timestamp}-{name}")
        )
        return True

    def _reopen(self) -> None:
        """Close the camera and open it as a new object: init() on a closed one corrupts the memory.

        If it does not start, its USB port is reset first, as if it were unplugged.
        """
        self.close()
        self._camera = None
        if not self._starts():
            self._camera = None
            reset(self._port)
            self._start()

    def _starts(self) -> bool:
        try:
            self._start()
        except gp.GPhoto2Error as error:
            if error.code == gp.GP_ERROR_IO_USB_CLAIM:
                raise  # a reset would disturb the program that uses it
            return False
        return True

    def health(self) -> Mapping[str, ExposureValue]:
        """Return the battery's level as the camera writes it, and in percent if it is written so."""
        try:
            setting = Setting.find(self._opened(), ("batterylevel",))
        except gp.GPhoto2Error as error:
            raise to_driver_error(error.code, str(error)) from error
        if setting is None:
            return {}
        percent = setting.value.removesuffix("%").strip()
        return {"battery": setting.value} | ({"battery_percent": int(percent)} if percent.isdecimal() else {})

    def close(self) -> None:
        """Release the camera."""
        if self._camera is not None:
            with contextlib.suppress(gp.GPhoto2Error):
                self._camera.exit()

    def _opened(self) -> gp.Camera:
        if self._camera is None:
            raise RuntimeError("the camera must be opened first")
        return self._camera
