"""Keeps refused uploads with the reason, so that an operator can inspect them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from timelapse.ingest.actions import note_quarantined
from timelapse.ingest.pipeline import files
from timelapse.shared import conf

if TYPE_CHECKING:
    from uuid import UUID

    from timelapse.ingest.domain import Refusal
    from timelapse.ingest.pipeline.incoming import Incoming


def put(camera: UUID, upload: Incoming, refusal: Refusal) -> None:
    """Move the upload to the quarantine folder: the file, a JSON with the reason, and a row."""
    root, capture = conf.get().media_root, upload.announced.capture
    place = f"quarantine/{camera}/{capture.capture}.bin"
    files.link(upload.path, root / place)
    reason = {
        "code": refusal.code,
        "message": refusal.message,
        "filename": capture.filename,
        "sha256": capture.sha256,
        "captured_at": capture.captured_at.isoformat(),
    }
    files.write((root / place).with_suffix(".json"), json.dumps(reason, indent=2).encode())
    evicted_files = note_quarantined(
        camera, capture, code=refusal.code, message=refusal.message, size=upload.announced.length, file=place
    )
    for file in evicted_files:
        (root / file).unlink(missing_ok=True)
        (root / file).with_suffix(".json").unlink(missing_ok=True)
    upload.remove()
