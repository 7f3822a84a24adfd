"""Small texts stored with the spool, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camera_agent.spool.index import Index


class KeyValues:
    """Texts that survive a power cut."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def get(self, name: str) -> str | None:
        """Return the text of that name; None when there is none."""
        row = self._index.one("SELECT value FROM key_values WHERE name = ?", name)
        return str(row["value"]) if row else None

    def set(self, name: str, value: str | None) -> None:
        """Store a text; None deletes it."""
        if value is None:
            self._index.change("DELETE FROM key_values WHERE name = ?", name)
        else:
            self._index.change("INSERT OR REPLACE INTO key_values VALUES (?, ?)", name, value)
