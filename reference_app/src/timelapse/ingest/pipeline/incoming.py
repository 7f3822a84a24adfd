"""Uploads in progress. The size of the file is the upload's offset, so the two can't disagree.

A JSON file next to each stores what was announced. The writer holds an exclusive ``flock``, which ends with
its process.

An upload that has all bytes but is not stored yet drops its last byte when it is reopened. An agent therefore
never mistakes "all bytes arrived" for "stored": it sends the last byte again and gets the final answer.

An upload that a request leaves unfinished keeps the disk space that was announced: free space is free.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from timelapse.ingest import domain
from timelapse.ingest.metadata import UploadRequest
from timelapse.ingest.pipeline import files
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID


class Incoming:
    """One upload, locked for one writer. Use it as a context manager."""

    def __init__(self, path: Path, descriptor: int, announced: UploadRequest) -> None:
        self.path = path
        self.announced = announced
        self._descriptor = descriptor

    @classmethod
    def create(cls, camera: UUID, announced: UploadRequest) -> Incoming:
        """Create the upload, or resume it if the same one exists.

        Raises:
            Refusal: 423 when another request writes it, 429 when the camera writes too many others, 507 when
                the disk has no room for it.
        """
        path = path_of(camera, announced.capture.capture)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_room(path.parent)
        if shutil.disk_usage(path.parent).free < announced.length + domain.DISK_RESERVE:
            raise domain.storage_full()
        descriptor = _locked(path, os.O_CREAT)
        try:
            begun = _read_info(path)
            if begun is None or (begun.length, begun.capture.sha256) != (
                announced.length,
                announced.capture.sha256,
            ):
                os.ftruncate(descriptor, 0)  # another picture under the same id: start over
            if begun != announced:  # new, or the agent has a better time now
                _write_info(path, announced)
            return _reopened(cls(path, descriptor, announced))
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def resume(cls, camera: UUID, capture: str) -> Incoming:
        """Resume an upload.

        Raises:
            Refusal: 404 when there is none, 423 when another request writes it.
        """
        path = path_of(camera, capture)
        try:
            descriptor = _locked(path, 0)
        except FileNotFoundError:
            raise domain.no_such_upload(capture) from None
        announced = _read_info(path)
        if announced is None:
            os.close(descriptor)
            raise domain.no_such_upload(capture)
        return _reopened(cls(path, descriptor, announced))

    def __enter__(self) -> Self:
        """Return self; the lock is held since creation."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release the lock. The disk space of an unfinished upload stays reserved."""
        if not self.complete and os.fstat(self._descriptor).st_nlink:
            with suppress(OSError):
                self.reserve()
        os.close(self._descriptor)

    @property
    def offset(self) -> int:
        """Number of bytes received."""
        return os.fstat(self._descriptor).st_size

    @property
    def complete(self) -> bool:
        """Whether all bytes were received."""
        return self.offset == self.announced.length

    def append(self, data: bytes) -> None:
        """Append the data. After an error, what was written stays."""
        view = memoryview(data)
        while view:
            view = view[os.pwrite(self._descriptor, view, self.offset) :]

    def truncate(self, offset: int) -> None:
        """Drop all bytes after the offset."""
        os.ftruncate(self._descriptor, offset)

    def reserve(self) -> None:
        """Allocate the disk space of the rest.

        Raises:
            OSError: the disk is full.
        """
        files.reserve(self._descriptor, self.announced.length)

    def sync(self) -> None:
        """Flush the bytes to disk."""
        os.fsync(self._descriptor)

    def remove(self) -> None:
        """Remove the upload's files."""
        _info_path(self.path).unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)


def path_of(camera: UUID, capture: str) -> Path:
    """Return the path of an upload's bytes."""
    return conf.get().media_root / "incoming" / str(camera) / capture


def read_status(camera: UUID, capture: str) -> tuple[int, UploadRequest] | None:
    """Return offset and announcement without locking; None if there is no such upload."""
    path = path_of(camera, capture)
    announced = _read_info(path)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    return None if announced is None else (max(min(size, announced.length - 1), 0), announced)


def begun_bytes(camera: UUID, *, besides: str) -> int:
    """Return the announced bytes of the camera's unfinished uploads without the capture ``besides``."""
    folder = path_of(camera, besides).parent
    infos = [_read_info(path) for path in _unfinished(folder) if path.name != besides]
    return sum(info.length for info in infos if info is not None)


def sweep(before: datetime) -> int:
    """Remove uploads that were last written before this time, except those that are locked.

    Returns:
        How many there were.
    """
    removed = 0
    for folder in (conf.get().media_root / "incoming").glob("*"):
        for path in _unfinished(folder):
            if path.stat().st_mtime < before.timestamp():
                removed += _remove(path)
    return removed


def _make_room(folder: Path) -> None:
    """Remove the camera's uploads that nobody has written for longest, down to one fewer than the limit."""
    limit = conf.get().begun_uploads
    begun = list(_unfinished(folder))
    surplus = len(begun) - limit + 1
    if surplus > 0:
        begun.sort(key=_written_at)
        for path in begun:
            surplus -= _remove(path)
            if surplus <= 0:
                return
        raise domain.busy(f"{limit} uploads of this camera")


def _remove(path: Path) -> bool:
    """Remove an upload unless it is being written; return whether it was removed."""
    try:
        descriptor = _locked(path, 0)
    except (domain.Refusal, FileNotFoundError):
        return False
    _info_path(path).unlink(missing_ok=True)
    path.unlink()
    os.close(descriptor)
    return True


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _unfinished(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if not path.suffix)


def _locked(path: Path, flags: int) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            raise domain.locked() from None
        except FileNotFoundError:
            pass
        os.close(descriptor)  # removed between opening and locking: try again


def _reopened(upload: Incoming) -> Incoming:
    if upload.complete and upload.announced.length > 0:
        upload.truncate(upload.announced.length - 1)
    return upload


def _info_path(path: Path) -> Path:
    return path.with_suffix(".json")


def _write_info(path: Path, announced: UploadRequest) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps({"length": announced.length, "metadata": announced.metadata}))
    fresh.replace(_info_path(path))


def _read_info(path: Path) -> UploadRequest | None:
    try:
        info = json.loads(_info_path(path).read_text())
        return UploadRequest.parse(str(info["length"]), info["metadata"])
    except (FileNotFoundError, ValueError, TypeError, KeyError, domain.Refusal):
        return None  # a power cut can leave half a file: the upload starts over
