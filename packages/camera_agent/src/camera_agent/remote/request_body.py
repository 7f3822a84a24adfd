"""A part of a file as a request body: read in blocks, at the permitted rate."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from camera_agent.errors import PictureLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


#: Seconds of inflow that a bucket holds: short, so that a link shared with others stays usable.
BURST_S = 1.0
#: The smallest block when the rate is limited, bytes.
MIN_BLOCK = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """The part of a file from `offset` to its end at `size` bytes."""

    path: Path
    offset: int
    size: int


class TokenBucket:
    """Bytes may be spent as they flow in, `rate` per second. Safe to share between threads."""

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._level, self._at = rate * BURST_S, 0.0

    def spend(self, count: int, now: float) -> float:
        """Spend bytes at `now` (monotonic seconds); return the seconds to wait before spending more."""
        with self._lock:
            if self._at:
                self._level = min(self.rate * BURST_S, self._level + (now - self._at) * self.rate)
            self._at = now
            self._level -= count
            return max(0.0, -self._level / self.rate)


class Throttle:
    """A bandwidth limit; none without a `bucket`, which may be replaced at any time."""

    def __init__(self, wait: Callable[[float], object] = time.sleep) -> None:
        self.bucket: TokenBucket | None = None
        self._wait = wait

    def block(self, count: int) -> int:
        """Return the size of the next block: on a slow link less than a second's worth."""
        return count if self.bucket is None else min(count, max(MIN_BLOCK, int(self.bucket.rate / 4)))

    def wait_for(self, count: int) -> None:
        """Wait as long as sending this many bytes takes."""
        if self.bucket is not None:
            self._wait(self.bucket.spend(count, time.monotonic()))


class FilePartReader:
    """A file as `http.client` reads it. PictureLost when the file can't be read or is too short."""

    def __init__(self, body: FilePart, *, throttle: Throttle | None = None) -> None:
        self._body, self._throttle = body, throttle or Throttle()
        self._left = body.size - body.offset

    def __enter__(self) -> Self:
        try:
            self._file = self._body.path.open("rb")
            self._file.seek(self._body.offset)
        except OSError as error:
            raise self._lost(error.strerror) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, count: int) -> bytes:
        """Return the next block; empty at the end."""
        try:
            block = self._file.read(min(self._throttle.block(count), self._left))
        except OSError as error:
            raise self._lost(error.strerror) from error
        if not block and self._left:
            raise self._lost(f"it is {self._left} bytes too short")
        self._left -= len(block)
        self._throttle.wait_for(len(block))
        return block

    def _lost(self, why: str | None) -> PictureLost:
        return PictureLost(f"The picture {self._body.path} can't be read: {why}.", "Check the card.")
