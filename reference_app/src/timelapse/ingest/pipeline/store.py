"""Turns a complete upload into a frame or a preview."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from timelapse.frames.actions import store_frame
from timelapse.frames.domain import FramePaths, preview_path
from timelapse.frames.previews import store_preview
from timelapse.ingest import domain
from timelapse.ingest.pipeline import files, quarantine
from timelapse.ingest.pipeline.decoding import inspect_file
from timelapse.ingest.pipeline.picture import UNUSABLE, unusable
from timelapse.shared import conf

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from timelapse.frames.domain import Kind
    from timelapse.ingest.pipeline.incoming import Incoming
    from timelapse.ingest.pipeline.picture import Inspected


def store_upload(camera: UUID, upload: Incoming) -> bool:
    """Verify and store a complete upload; return whether it is new.

    Files are written before the row, so that a row never lacks its file.
    A failure on the way (disk, database) leaves the upload in place for another try.

    Raises:
        Refusal: 460 for a wrong sha256 (the bytes are dropped), 422 for no picture (it is quarantined), 503
            when the decoder had no chance.
    """
    capture = upload.announced.capture
    with upload.path.open("rb") as file:
        arrived = hashlib.file_digest(file, "sha256").hexdigest()
    if arrived != capture.sha256:
        upload.truncate(0)
        refusal = domain.checksum_mismatch("the whole picture")
        refusal.headers["Upload-Offset"] = "0"
        raise refusal
    try:
        inspected = _inspect(upload.path, kind=capture.kind)
    except domain.Refusal as refusal:
        if refusal.status != UNUSABLE:
            raise
        upload.sync()
        quarantine.put(camera, upload, refusal)
        raise
    store = _store_frame if capture.kind == "frame" else _store_preview
    created = store(camera, upload, inspected)
    upload.remove()
    return created


def _inspect(path: Path, *, kind: Kind) -> Inspected:
    # How sharp a picture of the focus aid is, its own pixels say: made smaller, each one is sharp.
    inspected = inspect_file(path, domain.PREVIEW_SIDE) if kind == "focus" else inspect_file(path)
    picture = inspected.picture
    if kind != "frame" and (
        picture.extension != "jpg" or max(picture.width, picture.height) > domain.PREVIEW_SIDE
    ):
        raise unusable("no_preview", f"A preview is a JPEG of at most {domain.PREVIEW_SIDE} pixels a side.")
    return inspected


def _store_frame(camera: UUID, upload: Incoming, inspected: Inspected) -> bool:
    root, picture = conf.get().media_root, inspected.picture
    paths = FramePaths.of(camera, upload.announced.capture.capture, picture.extension)
    upload.sync()
    files.link(upload.path, root / paths.frame)
    # A disk that is full by now still takes the frame; `ensure_thumbnail` writes the thumbnail later.
    with suppress(OSError):
        files.write(root / paths.thumbnail, inspected.thumbnail)
    return store_frame(camera, upload.announced.capture, picture, paths).created


def _store_preview(camera: UUID, upload: Incoming, inspected: Inspected) -> bool:
    root = conf.get().media_root
    place = preview_path(camera, upload.announced.capture.capture)
    upload.sync()
    files.link(upload.path, root / place)
    kept = store_preview(camera, upload.announced.capture, inspected.picture, place)
    for file in kept.evicted_files:
        (root / file).unlink(missing_ok=True)
    return kept.created
