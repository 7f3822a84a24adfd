"""Messages out of a log file, whole or as it grows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def decode(line: bytes) -> Mapping[str, object] | None:
    """The message in a line; None for a torn line or anything else that is none."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return message if isinstance(message, dict) else None


def read(path: Path) -> Iterator[Mapping[str, object]]:
    """The messages in a file. Torn lines are left out. Raises OSError when the file can't be read."""
    with path.open("rb") as file:
        for line in file:
            message = decode(line)
            if message is not None:
                yield message


class Tail:
    """The messages that were appended since the last look, also when the file is rotated or not there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._inode: int | None = None
        self._at = 0
        self._rest = b""

    def new(self) -> list[Mapping[str, object]]:
        """What was appended since. A line without its end waits for the rest."""
        try:
            with self._path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino != self._inode or status.st_size < self._at:
                    self._inode, self._at, self._rest = status.st_ino, 0, b""
                file.seek(self._at)
                found = file.read()
        except FileNotFoundError:
            return []
        self._at += len(found)
        *whole, self._rest = (self._rest + found).split(b"\n")
        return [message for line in whole if (message := decode(line)) is not None]
