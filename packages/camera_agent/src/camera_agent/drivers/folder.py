"""The pictures of a folder in natural order, recognised by their first bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from camera_agent.captures import HEAD_BYTES, filetype_of
from camera_agent.drivers.base import SkippedFile
from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from pathlib import Path

#: Files that desktops leave in folders; they are not reported.
LITTER = frozenset({"thumbs.db", "desktop.ini"})


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sort key by which `img2` comes before `img10`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def pictures(folder: Path) -> tuple[list[tuple[Path, str]], tuple[SkippedFile, ...]]:
    """Return the pictures with their MIME types, and the skipped files. BadInput when there is no picture."""
    found: list[tuple[Path, str]] = []
    skipped: list[SkippedFile] = []
    for path in sorted(folder.iterdir(), key=lambda path: (natural(path.name), path.name)):
        if path.name.startswith(".") or path.name.lower() in LITTER or not path.is_file():
            continue
        filetype = filetype_in(path)
        if isinstance(filetype, SkippedFile):
            skipped.append(filetype)
        else:
            found.append((path, filetype))
    if not found:
        raise BadInput(f"There are no pictures in {folder}.", "Give a folder with JPEG, PNG or WebP files.")
    return found, tuple(skipped)


def filetype_in(path: Path) -> str | SkippedFile:
    """Return a file's MIME type, or why it is no picture."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return SkippedFile(name=path.name, code="unreadable", message=f"It can't be read: {error.strerror}.")
    if not head:
        return SkippedFile(name=path.name, code="empty", message="The file is empty.")
    return filetype_of(head) or SkippedFile(
        name=path.name, code="not_a_picture", message="The file is no JPEG, PNG or WebP picture."
    )
