"""A camera that writes each picture's sha256 into a ledger on another disk before it hands the picture over.

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

from camera_agent.drivers.base import Description, Shot
from camera_agent.errors import DriverError

#: Most pictures are small, for the sake of slow links; some are large, so that cuts hit their middle.
SIDES, LARGE_SIDES, LARGE_SHARE = (48, 96), (240, 320), 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One line of the ledger; ``at_ns`` is the machine's clock since boot, which nobody moves."""

    number: int
    sha256: str
    size: int
    at_ns: int
    agent: int


def read_ledger(path: Path) -> list[Taken]:
    """Everything that the camera ever took, in order."""
    if not path.exists():
        return []
    return [Taken(**json.loads(line)) for line in path.read_text().splitlines()]


def draw(seed: int, number: int) -> bytes:
    """A picture like no other: noise, of a size that differs, with its number as a comment."""
    luck = random.Random(seed * 1_000_003 + number)
    low, high = LARGE_SIDES if luck.random() < LARGE_SHARE else SIDES
    size = (luck.randint(low, high), luck.randint(low, high))
    noise = Image.frombytes("RGB", size, luck.randbytes(size[0] * size[1] * 3))
    written = io.BytesIO()
    noise.save(written, "JPEG", quality=75, comment=f"seed {seed}, number {number}".encode())
    return written.getvalue()


class LedgerCamera:
    """Takes ``frames`` pictures over all of its lives, then says that there are no more."""

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
                raise DriverError("The film is over.")
            data = draw(self._seed, number)
            about = {"number": number, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            moment = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
            line = json.dumps(about | {"at_ns": moment, "agent": os.getppid()})
            ledger.write(line.encode() + b"\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        target.write_bytes(data)
        return Shot(filename=f"{number:06d}.jpg", filetype="image/jpeg", exposure={"number": number})

    def health(self):
        return {}

    def close(self):
        pass
