"""The Raspberry Pi's own cameras, by picamera2.

The driver uses one still configuration throughout, because switching modes exhausts the camera's memory. The
camera keeps running between captures, so that automatic exposure does not start again with each. A frame is
accepted only when its metadata shows the requested controls, since they take effect some frames later.

No Raspberry Pi was available while this was written: the calls were checked against picamera2's source.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from camera_agent.drivers.base import CapturedImage, Description, Options
from camera_agent.drivers.options import number, whole
from camera_agent.drivers.picamera_controls import (
    Control,
    Controls,
    Metadata,
    Value,
    locked,
    metadata_matches,
    parse,
)
from camera_agent.errors import BadInput, DriverError
from camera_agent.exposure import ExposureLimits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from camera_agent.captures import ExposureValue
    from camera_agent.drivers.picamera_api import Picamera, Request
    from camera_agent.exposure import Exposure

#: Controls take effect a few frames after they were set; after this many frames they never will.
FRAMES = 12
#: Metadata that are reported with each capture, and their names there.
METADATA_KEYS = (
    ("AnalogueGain", "gain"),
    ("DigitalGain", "digital_gain"),
    ("Lux", "lux"),
    ("ColourTemperature", "kelvin"),
    ("SensorTemperature", "sensor_celsius"),
    ("LensPosition", "lens_position"),
)


class PicameraDriver:
    """Options: `camera` (0), `width`, `height`, `quality` (90), `settle_s` (5), `lock`, `controls`, `raw`.

    `raw` names a folder that gets a DNG file of each capture as well; the agent delivers the JPEG alone.
    `controls` sets anything by its libcamera name: `"ExposureTime=10000, AnalogueGain=1.0"`. With `lock`
    exposure and white balance stay as they were found while settling.
    """

    option_names: ClassVar[frozenset[str]] = frozenset(
        {"camera", "width", "height", "quality", "settle_s", "lock", "controls", "raw"}
    )

    def __init__(self) -> None:
        self._camera: Picamera | None = None
        self._wanted: Controls = {}
        self._base: Controls = {}
        self._raw: Path | None = None
        self._count = 0

    def open(self, options: Options) -> Description:
        """Configure the camera, let it settle, and lock it if `lock` is set."""
        model, camera = _find(whole(options, "camera", 0))
        self._camera = camera
        self._wanted = parse(str(options.get("controls", "")), camera.camera_controls)
        size = (whole(options, "width", 1920), whole(options, "height", 1080))
        camera.options["quality"] = whole(options, "quality", 90)
        self._raw = _folder(str(options.get("raw", "")))
        # Without a raw stream its scarce buffers stay free.
        raw: dict[str, tuple[int, int]] | None = {} if self._raw else None
        camera.configure(camera.create_still_configuration(main={"size": size}, raw=raw, buffer_count=2))
        camera.set_controls(self._wanted)
        camera.start()
        metadata = self._settle(number(options, "settle_s", 5.0))
        if options.get("lock"):
            self._wanted = {**locked(metadata), **self._wanted}
            camera.set_controls(self._wanted)
        self._base = self._wanted
        return Description(model=model, exposure_limits=_limits(camera.camera_controls))

    def set_exposure(self, wanted: Exposure | None) -> None:
        """Request an exposure, which frames must show. None restores the options' exposure."""
        controls: dict[str, Value] = {}
        if wanted is not None:
            controls = {
                "AeEnable": False,
                "ExposureTime": round(wanted.shutter_s * 1e6),
                "AnalogueGain": wanted.gain,
            }
        elif "AeEnable" in self._opened().camera_controls and "AeEnable" not in self._base:
            controls = {"AeEnable": True}
        self._wanted = {**self._base, **controls}
        self._opened().set_controls(self._wanted)

    def _settle(self, seconds: float) -> Metadata:
        """Wait until automatic exposure has settled, at most `seconds`: it may never report that."""
        deadline = time.monotonic() + seconds
        metadata = self._opened().capture_metadata()
        while not metadata.get("AeLocked") and time.monotonic() < deadline:
            metadata = self._opened().capture_metadata()
        return metadata

    def capture(self, target: Path) -> CapturedImage:
        """Take the next frame that shows the requested controls."""
        metadata: Metadata = {}
        for _ in range(FRAMES):
            with self._frame() as frame:
                metadata = frame.get_metadata()
                if metadata_matches(metadata, self._wanted):
                    frame.save("main", str(target), format="jpeg")
                    self._count += 1
                    name = f"picamera-{self._count:06d}"
                    if self._raw is not None:
                        frame.save_dng(str(self._raw / f"{time.strftime('%Y%m%d-%H%M%S')}-{name}.dng"))
                    return CapturedImage(
                        filename=f"{name}.jpg",
                        filetype="image/jpeg",
                        exposure=_exposure(metadata),
                    )
        raise DriverError(
            f"The camera does not take the controls {dict(self._wanted)}: its frames show {dict(metadata)}.",
            "Check the option controls.",
        )

    @contextmanager
    def _frame(self) -> Iterator[Request]:
        frame = self._opened().capture_request()
        try:
            yield frame
        finally:
            # A frame holds one of two buffers: without release the camera stops.
            frame.release()

    def health(self) -> Mapping[str, ExposureValue]:
        """Return the sensor's temperature in degrees Celsius, if it is reported."""
        temperature = self._opened().capture_metadata().get("SensorTemperature")
        return {} if not isinstance(temperature, int | float) else {"sensor_celsius": temperature}

    def close(self) -> None:
        """Release the camera."""
        if self._camera is not None:
            self._camera.close()

    def _opened(self) -> Picamera:
        if self._camera is None:
            raise RuntimeError("the camera must be opened first")
        return self._camera


def _find(number: int) -> tuple[str, Picamera]:
    try:
        from picamera2 import Picamera2  # noqa: PLC0415 - part of the Pi's system
    except ImportError as error:
        raise BadInput(
            f"picamera2 is not here: {error}.",
            "Install it by 'sudo apt install python3-picamera2', in a venv with --system-site-packages.",
        ) from error
    found = Picamera2.global_camera_info()
    if number >= len(found):
        raise DriverError(
            f"There is no camera {number}: {len(found)} were found.",
            "Check the ribbon cable and its latch; 'rpicam-hello --list-cameras' shows what the system sees.",
        )
    try:
        camera: Picamera = Picamera2(number)
    except (RuntimeError, IndexError) as error:
        raise DriverError(
            f"The camera {number} can't be opened: {error}.",
            "Another program may hold it: 'sudo fuser /dev/video*' names it.",
        ) from error
    return str(found[number]["Model"]), camera


def _folder(name: str) -> Path | None:
    """Return the folder for raw files, created if needed. BadInput when that is not possible."""
    if not name:
        return None
    try:
        Path(name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"The folder {name} for raw files can't be made: {error.strerror}.", "Give another as raw."
        ) from error
    return Path(name)


def _limits(known: Mapping[str, Control]) -> ExposureLimits | None:
    """Return the sensor's exposure limits; None when libcamera has none."""
    if not {"ExposureTime", "AnalogueGain"} <= set(known):
        return None
    (shortest, longest, _), (lowest, highest, _) = known["ExposureTime"], known["AnalogueGain"]
    if not all(isinstance(one, int | float) for one in (shortest, longest, lowest, highest)):
        return None
    return ExposureLimits(
        shortest_s=max(1.0, float(shortest)) / 1e6,  # type: ignore[arg-type] # both are numbers
        longest_s=float(longest) / 1e6,  # type: ignore[arg-type] # both are numbers
        gain=(max(1.0, float(lowest)), float(highest)),  # type: ignore[arg-type] # both are numbers
    )


def _exposure(metadata: Metadata) -> dict[str, ExposureValue]:
    """Return the exposure in a frame's metadata, in seconds and factors."""
    exposure: dict[str, ExposureValue] = {}
    if isinstance(microseconds := metadata.get("ExposureTime"), int | float):
        exposure["shutter_s"] = microseconds / 1e6
    for name, key in METADATA_KEYS:
        if isinstance(value := metadata.get(name), int | float):
            exposure[key] = value
    return exposure
