"""A damaged index is put aside, so that a new one can begin.

Worn cards return pages that were never written. SQLite notices it when it reads them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

#: What SQLite adds to the name of a database for its further files.
_FILES: Final = ("", "-wal", "-shm")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error says that the file is damaged, rather than full, locked or absent."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def note_damage(path: Path) -> None:
    """Note that an index turned out to be damaged, for the next start."""
    _mark(path).touch()


def put_aside_if_damaged(path: Path) -> Path | None:
    """Rename an index that is damaged; return its new path, or None when it is whole.

    An index that was put aside earlier is deleted. To be called while no other process uses the index.
    """
    if not path.exists() or not (_mark(path).exists() or _is_damaged(path)):
        return None
    aside = path.with_name(f"{path.stem}.damaged{path.suffix}")
    for end in _FILES:
        source, target = path.with_name(path.name + end), aside.with_name(aside.name + end)
        target.unlink(missing_ok=True)
        if source.exists():
            source.rename(target)
    _mark(path).unlink(missing_ok=True)
    return aside


def _is_damaged(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=10)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.Error as error:
        return is_damage(error)


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.is-damaged")
