"""Receivers of ingest: it removes what it keeps of a camera that is deleted."""

from __future__ import annotations

import shutil

from timelapse.cameras.events import CameraDeletion, camera_deletion
from timelapse.shared import conf


def connect() -> None:
    """Connect the receivers. Called once, when Django is ready."""
    camera_deletion.connect(_camera_deletion, dispatch_uid="timelapse.ingest")


def _camera_deletion(*, event: CameraDeletion, **_: object) -> None:
    for kind in ("incoming", "quarantine"):
        shutil.rmtree(conf.get().media_root / kind / str(event.camera), ignore_errors=True)
