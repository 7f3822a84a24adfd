"""Clock fixes: the true time of each boot, by which pending captures and records are corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camera_agent.host.clock import ClockFix, ClockQuality

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from camera_agent.spool.index import Index

CORRECT = """
UPDATE {table} SET wall_ns = monotonic_ns + ?, clock = ?
WHERE boot = ? AND clock IN ({worse}) {more}
"""
#: A fix of the same source replaces the stored one when its error is smaller by this factor.
BETTER = 2.0


class ClockFixes:
    """Stores the best known fix of each boot."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def of(self, boot: str) -> ClockFix | None:
        """Return the fix of a boot, if there is one."""
        row = self._index.one("SELECT * FROM clock_fixes WHERE boot = ?", boot)
        return None if row is None else _fix(row)

    def learn(self, fix: ClockFix) -> int:
        """Store a fix if it is better, and correct what is pending of its boot; return how many captures."""
        known = self.of(fix.boot)
        if known is not None and not _better(fix, known):
            return 0
        with self._index.transaction() as index:
            index.execute(
                "INSERT OR REPLACE INTO clock_fixes VALUES (?, ?, ?, ?, 0)",
                (fix.boot, fix.offset_ns, fix.error_ms, fix.source),
            )
            values = (fix.offset_ns, fix.quality.value, fix.boot)
            worse = ", ".join(
                f"'{quality.value}'" for quality in ClockQuality if quality.rank < fix.quality.rank
            )
            index.execute(CORRECT.format(table="records", worse=worse, more=""), values)
            more = "AND state IN (0, 2)"
            return index.execute(CORRECT.format(table="captures", worse=worse, more=more), values).rowcount

    def unreported(self, limit: int = 20) -> list[ClockFix]:
        """Return fixes that the server has not acknowledged."""
        return [
            _fix(row)
            for row in self._index.all("SELECT * FROM clock_fixes WHERE reported = 0 LIMIT ?", limit)
        ]

    def mark_reported(self, boots: Iterable[str]) -> None:
        """Record that the server has acknowledged the fixes of these boots."""
        for boot in boots:
            self._index.change("UPDATE clock_fixes SET reported = 1 WHERE boot = ? AND reported = 0", boot)


def _fix(row: sqlite3.Row) -> ClockFix:
    return ClockFix(
        boot=row["boot"], offset_ns=row["offset_ns"], error_ms=row["error_ms"], source=row["source"]
    )


def _better(fix: ClockFix, known: ClockFix) -> bool:
    if fix.quality is not known.quality:
        return fix.quality.rank > known.quality.rank
    return fix.error_ms * BETTER < known.error_ms
