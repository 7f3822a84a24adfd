"""A camera that writes each picture's sha256 into a ledger on another disk before it returns the picture.

It runs in the agent's own driver process, by the name ``tests.faults.camera:LedgerCamera``.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PIL import Image

from camera_agent.drivers.base import CapturedImage, Description
from camera_agent.errors import DriverError

#: Most pictures are small because links are slow; some are large, so that they are cut in the middle.
SIDES, LARGE_SIDES, LARGE_SHARE = (48, 96), (240, 320), 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One line of the ledger; ``at_ns`` is by the machine's clock since boot, which is never changed."""

    number: int
    sha256: str
    size: int
    at_ns: int
    agent: int


def read_ledger(path: Path) -> list[LedgerEntry]:
    """Return all entries in order of capture."""
    if not path.exists():
        return []
    return [LedgerEntry(**json.loads(line)) for line in path.read_text().splitlines()]


def make_picture(seed: int, number: int) -> bytes:
    """Return a unique picture: noise of a random size, with its number as a comment."""
    rng = random.Random(seed * 1_000_003 + number)
    low, high = LARGE_SIDES if rng.random() < LARGE_SHARE else SIDES
    size = (rng.randint(low, high), rng.randint(low, high))
    noise = Image.frombytes("RGB", size, rng.randbytes(size[0] * size[1] * 3))
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=75, comment=f"seed {seed}, number {number}".encode())
    return written.getvalue()


class LedgerCamera:
    """Captures ``frames`` pictures over all of its processes, then reports that there are no more."""

    option_names: ClassVar[frozenset[str]] = frozenset({"ledger", "seed", "frames"})

    def open(self, options):
        self._ledger, self._seed = Path(str(options["ledger"])), int(options["seed"])
        self._frames = int(options["frames"])
        return Description(model="Ledger")

    def capture(self, target):
        with self._ledger.open("a+b") as ledger:
            fcntl.flock(ledger, fcntl.LOCK_EX)
            ledger.seek(0)
            number = sum(1 for _ in ledger)
            if number >= self._frames:
                raise DriverError("All pictures are captured.")
            data = make_picture(self._seed, number)
            about = {"number": number, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            moment = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            line = json.dumps(about | {"at_ns": moment, "agent": os.getppid()})
            ledger.write(line.encode() + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        target.write_bytes(data)
        return CapturedImage(filename=f"{number:06d}.jpg", filetype="image/jpeg", exposure={"number": number})

    def health(self):
        return {}

    def close(self):
        pass
