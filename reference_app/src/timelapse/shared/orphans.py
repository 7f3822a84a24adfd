"""Files that no row names: what a crash left between a commit and the removal of a file, or before a row."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

#: Files that are compared with the rows at once.
_BATCH: Final = 500


def remove_orphans(
    folder: Path, named: Callable[[Collection[str]], Collection[str]], *, before: datetime
) -> int:
    """Remove the files in a folder and below it that no row names; return how many.

    Args:
        folder: where to look; it need not exist.
        named: returns which of these stems (file names without their extension) rows name.
        before: files that were linked or written later are left alone: their row may be on its way.
    """
    removed = 0
    files = _files(folder, before.timestamp())
    while batch := tuple(islice(files, _BATCH)):
        known = named({path.stem for path in batch})
        for path in batch:
            if path.stem not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _files(folder: Path, before: float) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            try:
                old = path.stat().st_ctime < before
            except FileNotFoundError:  # it was removed meanwhile
                continue
            if old:
                yield path
