"""The position after every item, in a small memory-mapped file of this host that survives a killed process.

The database gets the position about once a second. The journal has what happened since then, so a run that
resumes on the same host repeats at most the item in progress. On another host it resumes from the database.
Several projects may share the folder of the journals, so each file says to which database its run belongs.
"""

from __future__ import annotations

import hashlib
import json
import logging
import mmap
import os
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections

from fsmlock import conf
from fsmlock.errors import FsmlockError

if TYPE_CHECKING:
    from fsmlock.iteration.sources import Cursor

_log = logging.getLogger("fsmlock")
_HEAD = struct.Struct("<IIQ")  # checksum, length, sequence number
_SLOT = 2048
#: The bytes behind the slots that say to which database the run belongs.
_DATABASE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far a run is: the cursor of the last item, and how many items were done and failed."""

    cursor: Cursor = None
    done: int = 0
    failed: int = 0

    @property
    def processed(self) -> int:
        """The number of items that were done or failed."""
        return self.done + self.failed

    def after(self, cursor: Cursor, done: int) -> Position:
        """The position after ``done`` more items, the last of which has ``cursor``."""
        return Position(cursor=cursor, done=self.done + done, failed=self.failed)


class Journal:
    """Two slots, written alternately: a process killed while it writes one leaves the other intact."""

    def __init__(self, key: str, *, using: str = DEFAULT_DB_ALIAS) -> None:
        self._path = _folder() / f"{key}.journal"
        self._using = using
        self._sequence = 0
        self._map: mmap.mmap | None = None
        self._has_no_room = False

    def read(self) -> Position | None:
        """The last position written by any process; None when there is none."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        found = [slot for at in (0, _SLOT) if (slot := _slot(data[at : at + _SLOT])) is not None]
        if not found:
            return None
        self._sequence, text = max(found)
        cursor, done, failed = json.loads(text)
        return Position(cursor=cursor, done=done, failed=failed)

    def write(self, position: Position) -> None:
        """Write the position, which takes a few microseconds.

        What has no room is left to the database: a cursor too long for a slot, or all where the disk is full.
        """
        data = json.dumps([position.cursor, position.done, position.failed]).encode()
        if len(data) > _SLOT - _HEAD.size or self._has_no_room:
            return
        if self._map is None:
            try:
                self._map = self._open()
            except (OSError, ValueError) as error:  # the latter for a file that could be extended by a part
                self._has_no_room = True
                _log.warning(
                    "%s has no room: a run that is killed may repeat a second: %s", self._path, error
                )
                return
        self._sequence += 1
        at = _SLOT * (self._sequence % 2)
        body = _HEAD.pack(0, len(data), self._sequence)[4:] + data
        self._map[at : at + _HEAD.size + len(data)] = struct.pack("<I", zlib.crc32(body)) + body

    def _open(self) -> mmap.mmap:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(self._path, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size < 2 * _SLOT:
                # Not a file with holes: on a full disk the kernel would kill whoever writes into one by mmap.
                os.pwrite(handle, bytes(2 * _SLOT - size) + _database(self._using), size)
            return mmap.mmap(handle, 2 * _SLOT)
        finally:
            os.close(handle)

    def close(self) -> None:
        """Close the file, and keep it."""
        if self._map is not None:
            self._map.close()
            self._map = None

    def is_of_this_database(self) -> bool | None:
        """Whether the run belongs to this database, or to another project's. None: nobody noted to which."""
        try:
            noted = self._path.read_bytes()[2 * _SLOT :]
        except FileNotFoundError:
            return False
        return noted == _database(self._using) if noted else None

    def written_at(self) -> float:
        """When somebody began to write it at the latest, in seconds since 1970; 0 if there is no file."""
        try:
            return self._path.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def remove(self) -> None:
        """Delete the file: the run has ended, or was deleted."""
        self.close()
        self._path.unlink(missing_ok=True)


def _slot(data: bytes) -> tuple[int, bytes] | None:
    if len(data) < _HEAD.size:
        return None
    checksum, length, sequence = _HEAD.unpack_from(data)
    body = data[4 : _HEAD.size + length]
    return (
        (sequence, data[_HEAD.size : _HEAD.size + length])
        if sequence and zlib.crc32(body) == checksum
        else None
    )


def _database(using: str) -> bytes:
    """What tells a database from those of other projects on this host."""
    connection = connections[using]
    of = connection.settings_dict
    name = str(of["NAME"])
    if connection.vendor == "sqlite":
        name = str(Path(name).resolve())
    parts = [connection.vendor, of["HOST"], str(of["PORT"]), of["OPTIONS"].get("service"), name]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=_DATABASE).digest()


def keys_on_this_host() -> list[str]:
    """The keys of all runs that have a journal here; several projects may share the folder."""
    return [path.stem for path in _place().glob("*.journal")]


def _place() -> Path:
    return Path(conf.get().JOURNALS or Path(tempfile.gettempdir()) / f"fsmlock-{os.getuid()}")


def _folder() -> Path:
    folder = _place()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise FsmlockError(
            f"{folder} belongs to somebody else. Set FSMLOCK['JOURNALS'] to a folder of your own."
        )
    return folder
