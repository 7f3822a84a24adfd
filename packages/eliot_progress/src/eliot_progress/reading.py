"""Reads messages from a log file, all at once or as it grows."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
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


#: Bytes before a position by which its file is recognised: no two log files have the same ones there.
MARK_BYTES = 64
#: Seconds after a rotation in which processes may still append to the renamed file: they look every second.
ROTATION_GRACE_S = 3.0


class Position(NamedTuple):
    """A position in a file, whatever the file is called by now."""

    inode: int
    #: Bytes before the position, all of them complete lines.
    offset: int
    #: A digest of the last bytes before the position; empty at the beginning of a file.
    mark: str = ""


class Tail:
    """Reads the messages that were appended since the last call.

    The file may not exist yet; it may be truncated, copied and truncated, removed or renamed (rotated):
    everything written before comes first, then the new file. A file is recognised by what stands before the
    position, since names, sizes and inodes are used again. `start` resumes where an earlier Tail was. `clock`
    returns seconds since 1970.
    """

    def __init__(
        self, path: Path, *, start: Position | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._clock = clock
        self._position = start
        #: Bytes of complete lines that the last call read.
        self.bytes_read = 0

    @property
    def position(self) -> Position:
        """The position after the last returned message."""
        return self._position or Position(0, 0)

    def read_new(self, max_bytes: int = -1) -> list[Mapping[str, object]]:
        """Return what was appended, from about `max_bytes` bytes. An unfinished line is left for later."""
        self.bytes_read = 0
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            if self._position is None or _is_at(file, self._position):
                return self._read(file, max_bytes)
        previous = self._find_previous()
        if previous is not None:
            with previous.open("rb") as file:
                found = self._read(file, max_bytes)
                if self.bytes_read or self._clock() - os.fstat(file.fileno()).st_ctime < ROTATION_GRACE_S:
                    return found
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            self._position = None
            return self._read(file, max_bytes)
        return []

    def _read(self, file: BinaryIO, max_bytes: int) -> list[Mapping[str, object]]:
        offset = self.position.offset
        lines = b""
        while not lines:
            file.seek(offset)
            block = file.read(max_bytes)
            lines = block[: block.rfind(b"\n") + 1]
            if len(block) < max_bytes or max_bytes < 0:
                break
            max_bytes *= 2  # one line is longer than that
        self.bytes_read = len(lines)
        inode, offset = os.fstat(file.fileno()).st_ino, offset + len(lines)
        self._position = Position(inode, offset, _mark(file, offset))
        return [message for line in lines.split(b"\n") if (message := decode(line)) is not None]

    def _find_previous(self) -> Path | None:
        """Return the file that was read until now, under its new name: renamed, or copied."""
        if self._position is None or not self._path.parent.is_dir():
            return None
        position = self._position
        for path in self._path.parent.iterdir():
            with suppress(OSError):
                other = path != self._path and path.is_file()
                if other and (path.name.startswith(self._path.stem) or path.stat().st_ino == position.inode):
                    with path.open("rb") as file:
                        if _is_at(file, position):
                            return path
        return None


def _is_at(file: BinaryIO, position: Position) -> bool:
    """Whether this is the file of a position."""
    if position.mark:
        return _mark(file, position.offset) == position.mark
    status = os.fstat(file.fileno())
    return position.inode in (0, status.st_ino) and status.st_size >= position.offset


def _mark(file: BinaryIO, offset: int) -> str:
    """Return a digest of the bytes before `offset`; empty if there are none, or the file ends before it."""
    length = min(offset, MARK_BYTES)
    file.seek(offset - length)
    before = file.read(length)
    return blake2b(before, digest_size=8).hexdigest() if before and len(before) == length else ""
