"""Messages out of a log file, whole or as it grows."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def decode(line: bytes) -> Mapping[str, object] | None:
    """The message in a line; None for a torn line or anything else that is none."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = _leniently(line)
    return message if isinstance(message, dict) else None


def _leniently(line: bytes) -> object:
    """Also lone surrogates, which orjson refuses and log files may hold."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def read(path: Path) -> Iterator[Mapping[str, object]]:
    """The messages in a file. Torn lines are left out. Raises OSError when the file can't be read."""
    with path.open("rb") as file:
        for line in file:
            message = decode(line)
            if message is not None:
                yield message


class Position(NamedTuple):
    """A place in a file, whatever the file is called by now."""

    inode: int
    #: Bytes before it, all of them whole lines.
    offset: int


class Tail:
    """The messages that were appended since the last look.

    The file may not be there yet; it may be truncated, removed, or renamed (rotated): what was written before
    the renaming comes first, then the new file. `start` goes on where an earlier Tail was.
    """

    def __init__(self, path: Path, *, start: Position | None = None) -> None:
        self._path = path
        self._inode: int | None = start.inode if start else None
        self._at = start.offset if start else 0
        self._rest = b""
        #: Bytes that the last look found, be they whole lines or not.
        self.found = 0

    @property
    def position(self) -> Position:
        """Where the messages that were given end."""
        return Position(self._inode or 0, self._at - len(self._rest))

    def new(self, most: int = -1) -> list[Mapping[str, object]]:
        """What was appended since; of at most `most` bytes, if given. A line without its end waits for it."""
        try:
            found = self._read(most)
        except FileNotFoundError:
            found = self._rotated(most)
        self.found = len(found)
        self._at += self.found
        *whole, self._rest = (self._rest + found).split(b"\n")
        return [message for line in whole if (message := decode(line)) is not None]

    def _read(self, most: int) -> bytes:
        with self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            if self._inode not in (None, status.st_ino):
                before = self._rotated(most)
                if before:
                    return before
            if status.st_ino != self._inode or status.st_size < self._at:
                self._inode, self._at, self._rest = status.st_ino, 0, b""
            file.seek(self._at)
            return file.read(most)

    def _rotated(self, most: int) -> bytes:
        """What is left of the file that was here before, under its new name."""
        for path in self._path.parent.glob(self._path.name + "*"):
            if path != self._path and path.stat().st_ino == self._inode:
                with path.open("rb") as file:
                    file.seek(self._at)
                    return file.read(most)
        return b""
