"""Sequence numbers that are never used twice, even if the index is lost.

The index counts. A small file beside it holds a number that no capture has reached yet; it is written once
for many captures, and a new index begins there.
"""

from __future__ import annotations

import contextlib
import re
import secrets
from typing import TYPE_CHECKING, Final

from camera_agent.spool.files import replace_content, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.spool.index import Index

#: So many numbers are reserved at once.
BLOCK: Final = 1000
#: The number in the id of a capture of this agent.
_NUMBER: Final = re.compile(r"cam-([0-9]{8,9})-")
_BEGIN = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"


class Numbering:
    """Reserves the sequence numbers of one spool."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._reserved = self._read()

    def reserve(self, number: int) -> None:
        """Make sure that a new index would begin above this number. OSError when the card is full."""
        if number <= self._reserved:
            return
        reserved = number + BLOCK
        replace_content(self._file, f"{reserved}\n".encode())
        sync_folder(self._file.parent)
        self._reserved = reserved

    def begin(self, index: Index, captures: Path) -> None:
        """Let a new index count from above everything that was used before; others go on as they are."""
        if index.number("SELECT seq FROM sqlite_sequence WHERE name = 'captures'"):
            return
        seen = max((number_of(path.stem) or 0 for path in captures.iterdir()), default=0)
        if highest := max(seen, self._reserved):
            index.change(_BEGIN, "captures", highest)
            # Records have the boot and a number as their id: the former index may have used small ones.
            index.change(_BEGIN, "records", secrets.randbelow(2**52) + 2**32)

    def _read(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            return max(0, min(int(self._file.read_text()), 2**31 - 1))
        return 0


def number_of(capture: str) -> int | None:
    """Return the sequence number in the id of a capture; None for ids of other kinds."""
    match = _NUMBER.match(capture)
    return int(match[1]) if match else None
