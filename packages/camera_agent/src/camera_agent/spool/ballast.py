"""Room that is kept free, so that the index can be opened on a card that others have filled.

SQLite can't open an index without room for its log. An agent that can't start delivers nothing, and so frees
nothing: it would stay like that until a person comes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

#: Bytes that are kept, which the index needs several times over.
BYTES: Final = 1 << 20
_NAME: Final = "ballast"


def keep(folder: Path) -> None:
    """Keep the room below a folder, unless it is kept already, or there is none."""
    path = folder / _NAME
    if path.exists() or shutil.disk_usage(folder).free < 4 * BYTES:
        return
    try:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, BYTES)
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()


def release(folder: Path) -> bool:
    """Release the room if the card is full; False when that makes no difference."""
    try:
        if shutil.disk_usage(folder).free >= BYTES:
            return False
        (folder / _NAME).unlink()
    except OSError:
        return False
    return True
