"""Messages that could not be delivered, with the reason, in a file from which they can be sent later."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

import orjson

from eliot_progress.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class DeadLetters:
    """A file of `{"why": ..., "message": {...}}` lines. A letter that can't be kept is counted in `lost`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = self.lost = 0
        self._lock = threading.Lock()

    def add(self, line: bytes, why: str) -> None:
        """Keep an encoded message. Never raises."""
        letter = b'{"why":' + orjson.dumps(why[:2_000]) + b',"message":' + line.rstrip(b"\n") + b"}\n"
        with self._lock:
            try:
                with self.path.open("ab", buffering=0) as file:
                    file.write(letter)
            except OSError as error:
                if not self.lost:
                    sys.stderr.write(
                        f"eliot_progress: {self.path} can't be written ({error}). Letters are lost.\n"
                    )
                self.lost += 1
            else:
                self.written += 1


def letters(path: Path) -> Iterator[Mapping[str, object]]:
    """The messages in a file of dead letters, to be given to a destination again. Raises OSError."""
    for letter in read(path):
        message = letter.get("message")
        if isinstance(message, dict):
            yield message
