"""The pictures of a folder and of the folders in it, recognised by their first bytes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from camera_agent.captures import HEAD_BYTES, footage_type_of
from camera_agent.drivers.base import SkippedFile
from camera_agent.drivers.order import by_name
from camera_agent.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Raw pictures, many of which are made as a TIFF.
RAW_TYPES = frozenset({"image/tiff", "image/x-raw"})
#: Files that desktops leave in folders; they are not reported.
LITTER = frozenset({"thumbs.db", "desktop.ini"})
#: Files that cameras and programs put beside pictures and videos; they are not reported.
SIDECARS = frozenset({".thm", ".lrv", ".xmp", ".aae"})


def pictures(folder: Path) -> tuple[list[tuple[Path, str]], tuple[SkippedFile, ...]]:
    """Return the pictures by name, with their MIME types, and the skipped files. BadInput without a picture.

    Hidden files and folders, sidecars and what desktops leave are passed over.
    """
    found: list[tuple[Path, str]] = []
    skipped: list[SkippedFile] = []
    for path in sorted(_files(folder), key=lambda path: by_name(path.relative_to(folder))):
        filetype = filetype_in(path)
        if isinstance(filetype, SkippedFile):
            skipped.append(filetype)
        else:
            found.append((path, filetype))
    found, twice = _without_twins(found)
    skipped += twice
    if not found:
        seen = f"None of its {len(skipped)} files is one." if skipped else "It has no files."
        raise BadInput(
            f"There are no pictures in {folder} and the folders in it. {seen}",
            "Give a folder with JPEG, PNG, WebP, AVIF, HEIC, TIFF or raw files.",
        )
    return found, tuple(skipped)


def _without_twins(
    found: list[tuple[Path, str]],
) -> tuple[list[tuple[Path, str]], list[SkippedFile]]:
    """Leave out each raw picture that its camera also stored as another file, beside it and of its name."""
    others = {path.with_suffix("") for path, filetype in found if filetype not in RAW_TYPES}
    twins = [path for path, filetype in found if filetype in RAW_TYPES and path.with_suffix("") in others]
    skipped = [
        SkippedFile(
            name=path.name, code="raw_twin", message="The same picture lies beside it in another format."
        )
        for path in twins
    ]
    return [(path, filetype) for path, filetype in found if path not in set(twins)], skipped


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            hidden = name.startswith(".") or name.lower() in LITTER
            path = Path(parent, name)
            if not hidden and path.suffix.lower() not in SIDECARS and path.is_file():
                yield path


def filetype_in(path: Path) -> str | SkippedFile:
    """Return a file's MIME type, or why it is no picture."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        return SkippedFile(name=path.name, code="unreadable", message=f"It can't be read: {error.strerror}.")
    if not head:
        return SkippedFile(name=path.name, code="empty", message="The file is empty.")
    return footage_type_of(head) or SkippedFile(
        name=path.name, code="not_a_picture", message="The file is no picture of a known kind."
    )
