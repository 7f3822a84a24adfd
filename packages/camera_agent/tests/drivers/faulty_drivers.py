"""Drivers that do what cameras do on a bad day. Loaded by name in the driver's process."""

from __future__ import annotations

import base64
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from camera_agent.drivers.base import CapturedImage, Description
from camera_agent.errors import DriverError
from camera_agent.exposure import ExposureLimits

# A whole grey JPEG, so that these processes start without Pillow and the tests' own machinery.
PICTURE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAx"
    "NDQ0Hyc5PTgyPC4zNDL/wAALCAAQABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEA"
    "AD8AAP/Z"
)


class Good:
    """Counts its captures in a file, so that a test can tell which try fails."""

    option_names = frozenset({"count"})

    def open(self, options):
        self.count = Path(options["count"])
        return Description(model="Good")

    def capture(self, target):
        taken = int(self.count.read_text()) + 1 if self.count.exists() else 1
        self.count.write_text(str(taken))
        self.shoot(target, taken)
        return CapturedImage(filename=f"{taken}.jpg", filetype="image/jpeg", exposure={"iso": 100})

    def shoot(self, target, taken):
        target.write_bytes(PICTURE)

    def health(self):
        return {"battery_percent": 50}

    def close(self):
        Path(f"{self.count}.closed").write_text("")


class Hangs(Good):
    def shoot(self, target, taken):
        if taken == 2:
            time.sleep(60)
        super().shoot(target, taken)


class HangsAtFirst(Good):
    def shoot(self, target, taken):
        if taken == 1:
            time.sleep(60)
        super().shoot(target, taken)


class DiesWhenAskedForItsHealth(Good):
    def health(self):
        os._exit(3)


class Slow(Good):
    def shoot(self, target, taken):
        time.sleep(0.5)
        super().shoot(target, taken)


class Crashes(Good):
    def shoot(self, target, taken):
        if taken == 2:
            os.kill(os.getpid(), signal.SIGSEGV)
        super().shoot(target, taken)


class Refuses(Good):
    def shoot(self, target, taken):
        if taken == 2:
            raise DriverError("The lens is shut.", "Open it.")
        super().shoot(target, taken)


class RefusesThrice(Good):
    def shoot(self, target, taken):
        if 2 <= taken <= 4:
            raise DriverError("The lens is shut.", "Open it.")
        super().shoot(target, taken)


class Raises(Good):
    def shoot(self, target, taken):
        raise ZeroDivisionError("oh")


class Lies(Good):
    def shoot(self, target, taken):
        pass


class Chatters(Good):
    """Prints where its answers should be, as C libraries do."""

    def shoot(self, target, taken):
        os.write(1, b"more noise\n")
        super().shoot(target, taken)


class HangsOnClose(Good):
    def close(self):
        time.sleep(60)


class Exposed(Good):
    """Takes pictures as bright as its exposure: a tenth of a second makes middle grey."""

    def open(self, options):
        self.exposure = None
        description = super().open(options)
        return replace(
            description,
            exposure_limits=ExposureLimits(shortest_s=0.001, longest_s=8.0, gain=(1.0, 4.0), steps=3),
        )

    def set_exposure(self, wanted):
        self.exposure = wanted

    def capture(self, target):
        shutter = 0.1 if self.exposure is None else self.exposure.shutter_s
        image = super().capture(target)
        return replace(
            image, exposure={"shutter_s": shutter, "gain": 1.0, "reported": self.exposure is not None}
        )


class Exits(Good):
    def open(self, options):
        raise SystemExit(7)


class TakesGifs(Good):
    def capture(self, target):
        return replace(super().capture(target), filetype="image/gif")


class MeasuresNothing(Good):
    def capture(self, target):
        odd = {"gain": float("nan"), "shutter_s": float("inf"), "count": 2**70, "lens": "a\0b"}
        return replace(super().capture(target), exposure={"iso": 100, **odd})
