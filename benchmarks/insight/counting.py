"""How a reader of events answers: what it has read, and the processor time that it took."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Counter:
    """Answers each request when so many more events have been read."""

    def __init__(self) -> None:
        self._read = 0
        self._wanted = 0
        self._changed = threading.Condition()

    def add(self, number: int) -> None:
        """Count so many more."""
        self._read += number
        if self._read >= self._wanted:
            with self._changed:
                self._changed.notify()

    def serve(self, ready: Callable[[], bool]) -> None:
        """Answer until the input ends."""
        while not ready():
            time.sleep(0.01)
        self._say()
        for line in sys.stdin:
            with self._changed:
                self._wanted += int(line)
                self._changed.wait_for(lambda: self._read >= self._wanted)
            self._say()

    def _say(self) -> None:
        rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"events": self._read, "cpu_s": time.process_time(), "rss_mb": rss_mb}), flush=True)
