"""Records the rows of the spool and reads the store, for the checker."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from .checker import PromisedCapture, StoredFrame

if TYPE_CHECKING:
    from pathlib import Path

    from .system import SystemUnderTest


class Recorder:
    """Records every row that the spool has ever committed, so that rows deleted later are known, too."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self.promised: dict[str, PromisedCapture] = {}
        self.rejected: dict[str, str] = {}

    def record(self) -> None:
        """Add the rows that the spool has now."""
        if not self._index.exists():
            return
        with closing(sqlite3.connect(self._index, timeout=5)) as index:
            rows = index.execute("SELECT capture, sequence, sha256, state, message FROM captures").fetchall()
        for capture, sequence, sha256, state, message in rows:
            self.promised[capture] = PromisedCapture(capture=capture, sequence=sequence, sha256=sha256)
            if state > 1:
                self.rejected[capture] = (
                    f"spool: capture {capture} (sequence {sequence}) ended in state {state}: {message}"
                )

    def pending(self) -> int:
        """Return the number of captures that wait for delivery."""
        with closing(sqlite3.connect(self._index, timeout=5)) as index:
            return int(index.execute("SELECT count(*) FROM captures WHERE state = 0").fetchone()[0])


def stored_frames(system: SystemUnderTest) -> tuple[list[StoredFrame], int]:
    """Return every frame with the digest of its file, and the number of files."""
    from django.db import connections  # noqa: PLC0415 - the system under test sets Django up

    from timelapse.frames.models import Frame  # noqa: PLC0415

    connections.close_all()  # the database may have been restarted since
    media = system.media
    frames = [
        StoredFrame(
            capture=frame.capture,
            sequence=frame.sequence,
            sha256=frame.sha256,
            file_sha256=sha256_of(media / frame.file),
            captured_at=frame.captured_at,
            clock=frame.clock,
        )
        for frame in Frame.objects.all()
    ]
    return frames, sum(1 for path in (media / "frames").rglob("*") if path.is_file())


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
