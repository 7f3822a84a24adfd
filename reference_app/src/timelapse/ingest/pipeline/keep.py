"""The last byte is here: verify, store once, tell."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from timelapse.frames.actions import Stored, store_frame
from timelapse.frames.domain import Places
from timelapse.ingest import domain
from timelapse.ingest.pipeline import files, quarantine
from timelapse.ingest.pipeline.picture import Inspected, inspect
from timelapse.shared import conf

if TYPE_CHECKING:
    from uuid import UUID

    from timelapse.ingest.pipeline.incoming import Incoming


def keep(camera: UUID, upload: Incoming) -> Stored:
    """Make a frame of a complete upload. The files come first, then the row: a row never lacks its file.

    Whatever fails on the way (disk, database) leaves the upload as it was, to be tried again.

    Raises:
        Refusal: 460 for a wrong sha256 (the bytes are dropped), 422 for no picture (it is quarantined).
    """
    data = upload.path.read_bytes()
    capture = upload.order.capture
    if hashlib.sha256(data).hexdigest() != capture.sha256:
        upload.truncate(0)
        refusal = domain.checksum_mismatch("the whole picture")
        refusal.headers["Upload-Offset"] = "0"
        raise refusal
    try:
        seen = inspect(data, conf.get().max_pixels)
    except domain.Refusal as refusal:
        upload.sync()
        quarantine.put(camera, upload, refusal)
        raise
    places = _filed(camera, upload, seen)
    stored = store_frame(camera, capture, seen.picture, places)
    upload.remove()
    return stored


def _filed(camera: UUID, upload: Incoming, seen: Inspected) -> Places:
    root = conf.get().media_root
    places = Places.of(camera, upload.order.capture.capture, seen.picture.extension)
    upload.sync()
    files.link(upload.path, root / places.frame)
    files.write(root / places.thumbnail, seen.thumbnail)
    return places
