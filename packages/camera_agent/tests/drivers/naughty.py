"""Drivers that do what cameras do on a bad day. Loaded by name in the driver's process."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from camera_agent.drivers.base import Description, Shot
from camera_agent.errors import DriverError
from tests.conftest import jpeg


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
        return Shot(filename=f"{taken}.jpg", filetype="image/jpeg", exposure={"iso": 100})

    def shoot(self, target, taken):
        target.write_bytes(jpeg())

    def health(self):
        return {"battery_percent": 50}

    def close(self):
        Path(f"{self.count}.closed").write_text("")


class Hangs(Good):
    def shoot(self, target, taken):
        if taken == 2:
            time.sleep(60)
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


class Exits(Good):
    def open(self, options):
        raise SystemExit(7)
