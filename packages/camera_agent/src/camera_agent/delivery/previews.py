"""Previews, which are uploaded ahead of their originals, newest first."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from camera_agent.captures import Capture, new_capture_id
from camera_agent.errors import SpoolError

if TYPE_CHECKING:
    from pathlib import Path

    from camera_agent.host.clock import Instant

#: At most this many are pending; the oldest are dropped, since a preview shows what the camera sees now.
MAX_WAITING = 4
#: The protocol's limit, bytes.
MAX_BYTES = 256 * 1024


class PreviewQueue:
    """A few files, newest first, as an `UploadSource`.

    Previews are expendable: a restart deletes them, and so does a failure for good.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            _discard(path)
        self._waiting: OrderedDict[str, Capture] = OrderedDict()
        #: Notified when a preview is added.
        self.changed = threading.Condition()

    def add(
        self,
        content: bytes,
        *,
        captured_at: Instant,
        sequence: int,
        of: str = "",
        kind: Literal["preview", "focus"] = "preview",
    ) -> Capture | None:
        """Queue a small JPEG, of a capture or of none; None when it is too large to be sent.

        SpoolError when the card can't be written.
        """
        if not 0 < len(content) <= MAX_BYTES:
            return None
        preview = Capture(
            capture=new_capture_id(kind, sequence),
            sequence=sequence,
            filename=f"{sequence:08d}-{kind}.jpg",
            filetype="image/jpeg",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            captured_at=captured_at,
            exposure={},
            kind=kind,
            of=of,
        )
        try:
            self.path(preview).write_bytes(content)
        except OSError as error:
            _discard(self.path(preview))
            raise SpoolError(
                f"The preview {preview.filename} can't be written in {self._folder}: {error.strerror}.",
                "Free some space or check the card.",
            ) from error
        with self.changed:
            self._waiting[preview.capture] = preview
            while len(self._waiting) > MAX_WAITING:
                self._delete(next(iter(self._waiting)))
            self.changed.notify_all()
        return preview

    def claim(self, deferred: frozenset[int] = frozenset()) -> Capture | None:  # noqa: ARG002 - the spool's signature
        """Return the newest preview."""
        with self.changed:
            return self._waiting[next(reversed(self._waiting))] if self._waiting else None

    def release(self, capture: Capture) -> None:
        """Do nothing: a preview that is still here is claimed again."""

    def path(self, capture: Capture) -> Path:
        """Return a preview's file."""
        return self._folder / capture.capture

    def mark_attempted(self, capture: Capture) -> None:
        """Record that bytes may have reached the server."""
        with self.changed:
            if capture.capture in self._waiting:
                self._waiting[capture.capture] = replace(capture, attempts=capture.attempts + 1)

    def mark_delivered(self, capture: Capture) -> None:
        """Delete a preview that the server has, and all older ones."""
        with self.changed:
            for name in list(self._waiting):
                if name == capture.capture or self._waiting[name].sequence < capture.sequence:
                    self._delete(name)

    def mark_refused(self, capture: Capture, code: str, message: str) -> None:  # noqa: ARG002 - the spool's signature
        """Delete a preview that the server refuses."""
        with self.changed:
            self._delete(capture.capture)

    def mark_lost(self, capture: Capture, message: str) -> None:  # noqa: ARG002 - the spool's signature
        """Delete a preview whose file can't be read."""
        with self.changed:
            self._delete(capture.capture)

    def _delete(self, name: str) -> None:
        preview = self._waiting.pop(name, None)
        if preview is not None:
            _discard(self.path(preview))


def _discard(path: Path) -> None:
    """Delete a file. One that the card does not let go of is left to the next start, and ends nothing."""
    with contextlib.suppress(OSError):
        path.unlink()
