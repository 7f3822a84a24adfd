"""Durable files: after a power cut each is either complete or absent."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def store_durably(temporary: Path, final: Path) -> tuple[int, str]:
    """Move a finished temporary file to its final name durably; return its size in bytes and its sha-256.

    The content is on disk before the name changes, and the name is before this returns. The digest is
    computed while the disk is busy.
    """
    with temporary.open("rb") as file, ThreadPoolExecutor(1) as executor:
        synced = executor.submit(os.fsync, file.fileno())
        digest = hashlib.file_digest(file, "sha256")
        size = file.tell()
        synced.result()
    temporary.rename(final)
    sync_folder(final.parent)
    return size, digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_content(path: Path, content: bytes) -> None:
    """Write a file, or replace its content at once; `sync_folder` then makes its name durable."""
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
