"""Small copies that go ahead of their originals, newest first; the oldest go when there are too many."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

from camera_agent.frame import Capture, new_capture_id

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.clock import Instant

#: So many wait at most: a preview shows what the camera sees now.
MAX_WAITING = 4
#: What the protocol takes, bytes.
MAX_BYTES = 256 * 1024


class PreviewQueue:
    """A few files, newest first, with the methods that a sender needs of a spool.

    They are expendable: after a restart there are none, and one that fails for good is let go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        self._waiting: OrderedDict[str, Capture] = OrderedDict()
        #: Notified when one comes.
        self.changed = threading.Condition()

    def add(self, content: bytes, *, captured_at: Instant, sequence: int, of: str = "") -> Capture | None:
        """Send a small JPEG, of a capture or of none; None, and it is not sent, when it is too large."""
        if not 0 < len(content) <= MAX_BYTES:
            return None
        preview = Capture(
            capture=new_capture_id("preview", sequence),
            sequence=sequence,
            filename=f"{sequence:08d}-preview.jpg",
            filetype="image/jpeg",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            captured_at=captured_at,
            exposure={},
            kind="preview",
            of=of,
        )
        self.path(preview).write_bytes(content)
        with self.changed:
            self._waiting[preview.capture] = preview
            while len(self._waiting) > MAX_WAITING:
                self._forget(next(iter(self._waiting)))
            self.changed.notify_all()
        return preview

    def claim(self, deferred: frozenset[int] = frozenset()) -> Capture | None:  # noqa: ARG002 - as a spool has it
        """The newest one."""
        with self.changed:
            return self._waiting[next(reversed(self._waiting))] if self._waiting else None

    def release(self, capture: Capture) -> None:
        """It was tried; if it is still here it is claimed again."""

    def path(self, capture: Capture) -> Path:
        """Its file."""
        return self._folder / capture.capture

    def mark_attempted(self, capture: Capture) -> None:
        """Bytes may have left."""
        with self.changed:
            if capture.capture in self._waiting:
                self._waiting[capture.capture] = replace(capture, attempts=capture.attempts + 1)

    def mark_delivered(self, capture: Capture) -> None:
        """The server has it: older ones show nothing new."""
        with self.changed:
            for name in list(self._waiting):
                if name == capture.capture or self._waiting[name].sequence < capture.sequence:
                    self._forget(name)

    def mark_refused(self, capture: Capture, code: str, message: str) -> None:  # noqa: ARG002 - as a spool has it
        """The server will never have it."""
        with self.changed:
            self._forget(capture.capture)

    def mark_lost(self, capture: Capture, message: str) -> None:  # noqa: ARG002 - as a spool has it
        """Its file is gone."""
        with self.changed:
            self._forget(capture.capture)

    def _forget(self, name: str) -> None:
        preview = self._waiting.pop(name, None)
        if preview is not None:
            self.path(preview).unlink(missing_ok=True)
