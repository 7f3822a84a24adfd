"""What the storm sees of the spool and of the store, to be told to the judge."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from .verdict import Kept, Promised

if TYPE_CHECKING:
    from pathlib import Path

    from .world import World


class Witness:
    """Remembers every row that the spool ever committed, so that none can be forgotten later."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self.promised: dict[str, Promised] = {}
        self.unhappy: dict[str, str] = {}

    def look(self) -> None:
        """Note what the spool promises now."""
        if not self._index.exists():
            return
        with closing(sqlite3.connect(self._index, timeout=5)) as index:
            found = index.execute("SELECT capture, sequence, sha256, state, message FROM captures").fetchall()
        for capture, sequence, sha256, state, message in found:
            self.promised[capture] = Promised(capture=capture, sequence=sequence, sha256=sha256)
            if state > 1:
                self.unhappy[capture] = (
                    f"spool: capture {capture} (sequence {sequence}) ended as {state}: {message}"
                )

    def pending(self) -> int:
        """How many captures wait."""
        with closing(sqlite3.connect(self._index, timeout=5)) as index:
            return int(index.execute("SELECT count(*) FROM captures WHERE state = 0").fetchone()[0])


def store(world: World) -> tuple[list[Kept], int]:
    """Every frame with the bytes that really lie there, and how many files there are."""
    from django.db import connections  # noqa: PLC0415 - Django is set up by the world

    from timelapse.frames.models import Frame  # noqa: PLC0415

    connections.close_all()  # the database may have been restarted since
    media = world.media
    kept = [
        Kept(
            capture=frame.capture,
            sequence=frame.sequence,
            sha256=frame.sha256,
            file_sha256=sha256_of(media / frame.file),
            captured_at=frame.captured_at,
            clock=frame.clock,
        )
        for frame in Frame.objects.all()
    ]
    return kept, sum(1 for path in (media / "frames").rglob("*") if path.is_file())


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
