# ruff: noqa: A002, B008, PLR0917, RUF012 - the signatures are picamera2's
"""A double of picamera2 that behaves like it where timelapses get hurt; its signatures are those of 0.3.38.

Controls arrive two frames late, exposure settles after five, two frames not released stop the camera, and a
second opening in one process fails.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

BUFFERS = 2
LATE = 2
SETTLED = 5


class Transform:
    pass


class CompletedRequest:
    def __init__(self, camera, metadata):
        self._camera, self._metadata = camera, metadata

    def get_metadata(self):
        return dict(self._metadata)

    def save(self, name, file_output, format=None, exif_data=None):
        if name not in self._camera.config:
            raise RuntimeError(f"Stream {name!r} is not defined")
        out = io.BytesIO()
        Image.new("RGB", self._camera.config[name]["size"], "navy").save(
            out, format, quality=self._camera.options["quality"]
        )
        Path(file_output).write_bytes(out.getvalue())

    def save_dng(self, file_output, name="raw"):
        if name not in self._camera.config:
            raise RuntimeError(f"Stream {name!r} is not defined")
        Path(file_output).write_bytes(b"II*\0a negative")

    def release(self):
        self._camera.captured_at -= 1


class Picamera2:
    is_open = False
    cameras = [{"Model": "imx477", "Location": 2, "Rotation": 180, "Id": "/base/soc/i2c0mux", "Num": 0}]

    @staticmethod
    def global_camera_info():
        return Picamera2.cameras

    def __init__(self, camera_num=0, verbose_console=None, tuning=None, allocator=None):
        if Picamera2.is_open:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        Picamera2.is_open = True
        self.options, self.config, self.captured_at, self.frame = {}, {}, 0, 0
        self.running = False
        self._now, self._pending = (
            {"ExposureTime": 20_000, "AnalogueGain": 2.0, "ColourGains": (1.5, 1.2)},
            [],
        )

    @property
    def camera_controls(self):
        return {
            "AeEnable": (False, True, True),
            "AwbEnable": (False, True, None),
            "ExposureTime": (60, 674_181_621, None),
            "AnalogueGain": (1.0, 22.2, None),
            "ColourGains": ((0.0, 0.0), (32.0, 32.0), None),
        }

    @property
    def camera_properties(self):
        return {"Model": "imx477"}

    def create_still_configuration(
        self,
        main=None,
        lores=None,
        raw={},  # noqa: B006 - as theirs
        transform=Transform(),
        colour_space=None,
        buffer_count=1,
        controls=None,
        display=None,
        encode=None,
        queue=True,
        sensor=None,
        use_case="still",
    ):
        if sensor is None:
            sensor = {}
        if controls is None:
            controls = {}
        if main is None:
            main = {}
        streams = {"main": {"size": (4056, 3040), **main}}
        if raw is not None:
            streams["raw"] = {"size": (4056, 3040), **raw}
        return {**streams, "buffer_count": buffer_count}

    def configure(self, camera_config=None):
        if self.running:
            raise RuntimeError("Camera must be stopped before configuring")
        self.config = camera_config

    def start(self, config=None, show_preview=False):
        self.running = True

    def set_controls(self, controls):
        for name in controls:
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
        self._pending.append((self.frame + LATE, dict(controls)))

    def _next(self):
        if not self.running or self.captured_at >= BUFFERS:
            raise TimeoutError("no frame comes")
        self.frame += 1
        for at, controls in self._pending:
            if at <= self.frame:
                self._now.update(controls)
        self._pending = [(at, controls) for at, controls in self._pending if at > self.frame]
        reported = {name: value for name, value in self._now.items() if name not in ("AeEnable", "AwbEnable")}
        return {**reported, "AeLocked": self.frame >= SETTLED, "SensorTemperature": 31.0, "Lux": 400.0}

    def capture_metadata(self, wait=None, signal_function=None):
        return self._next()

    def capture_request(self, wait=None, signal_function=None, flush=None):
        metadata = self._next()
        self.captured_at += 1
        return CompletedRequest(self, metadata)

    def stop(self):
        self.running = False

    def close(self):
        Picamera2.is_open = False
