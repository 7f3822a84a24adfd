"""Files that are either whole or not there, whatever happens to the power."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def store_durably(temporary: Path, final: Path) -> tuple[int, str]:
    """Bring a finished temporary file to its final name durably; gives its size in bytes and its sha-256.

    The content is on disk before the name changes, and the name before this returns. The digest is taken
    while the disk is busy.
    """
    with temporary.open("rb") as file, ThreadPoolExecutor(1) as beside:
        synced = beside.submit(os.fsync, file.fileno())
        digest = hashlib.file_digest(file, "sha256")
        size = file.tell()
        synced.result()
    temporary.rename(final)
    sync_folder(final.parent)
    return size, digest.hexdigest()


def sha256_of(path: Path) -> str:
    """The sha-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
