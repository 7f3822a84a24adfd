"""Reads messages from a log file, all at once or as it grows."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def decode(line: bytes) -> Mapping[str, object] | None:
    """Return the message in a line; None for a torn line or anything else that is not a message."""
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        message = _decode_leniently(line)
    return message if isinstance(message, dict) else None


def _decode_leniently(line: bytes) -> object:
    """Decode lone surrogates too, which orjson refuses and log files may hold."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def read(path: Path) -> Iterator[Mapping[str, object]]:
    """Yield the messages in a file. Torn lines are skipped. Raises OSError when the file can't be read."""
    with path.open("rb") as file:
        for line in file:
            message = decode(line)
            if message is not None:
                yield message


class Position(NamedTuple):
    """A position in a file, whatever the file is called by now."""

    inode: int
    #: Bytes before the position, all of them complete lines.
    offset: int


class Tail:
    """Reads the messages that were appended since the last call.

    The file may not exist yet; it may be truncated, removed or renamed (rotated): everything written before
    the renaming comes first, then the new file. `start` resumes where an earlier Tail was.
    """

    def __init__(self, path: Path, *, start: Position | None = None) -> None:
        self._path = path
        self._inode: int | None = start.inode if start else None
        self._offset = start.offset if start else 0
        self._partial_line = b""
        #: Bytes that the last call read, complete lines or not.
        self.bytes_read = 0

    @property
    def position(self) -> Position:
        """The position after the last returned message."""
        return Position(self._inode or 0, self._offset - len(self._partial_line))

    def read_new(self, max_bytes: int = -1) -> list[Mapping[str, object]]:
        """Return what was appended, from at most `max_bytes` bytes. An unfinished line is kept for later."""
        try:
            block = self._read(max_bytes)
        except FileNotFoundError:
            block = self._rotated(max_bytes)
        self.bytes_read = len(block)
        self._offset += self.bytes_read
        *whole, self._partial_line = (self._partial_line + block).split(b"\n")
        return [message for line in whole if (message := decode(line)) is not None]

    def _read(self, max_bytes: int) -> bytes:
        with self._path.open("rb") as file:
            status = os.fstat(file.fileno())
            if self._inode not in (None, status.st_ino):
                before = self._rotated(max_bytes)
                if before:
                    return before
            if status.st_ino != self._inode or status.st_size < self._offset:
                self._inode, self._offset, self._partial_line = status.st_ino, 0, b""
            file.seek(self._offset)
            return file.read(max_bytes)

    def _rotated(self, max_bytes: int) -> bytes:
        """Read the rest of the previous file under its new name."""
        for path in self._path.parent.glob(self._path.name + "*"):
            if path != self._path and path.stat().st_ino == self._inode:
                with path.open("rb") as file:
                    file.seek(self._offset)
                    return file.read(max_bytes)
        return b""
