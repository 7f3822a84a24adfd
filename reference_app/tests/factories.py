"""A camera that has filmed: rows and files as ingest leaves them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from timelapse.cameras.models import Camera
from timelapse.frames.actions import store_frame
from timelapse.frames.domain import Capture, FramePaths, Picture
from timelapse.frames.models import Frame
from timelapse.shared import conf
from timelapse.timelapses.models import Timelapse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def camera(name: str = "Roof") -> Camera:
    return Camera.objects.create(name=name, driver="simulated")


def timelapse(of: Camera | None = None, name: str = "Garden") -> Timelapse:
    return Timelapse.objects.create(name=name, camera=of or camera())


def frame(
    of: Camera, content: bytes = b"not looked at", *, name: str = "", at: datetime | None = None
) -> Frame:
    """Store a picture; the next second of the camera's film, unless given another time."""
    newest = Frame.objects.filter(camera=of).aggregate(sequence=Max("sequence"))["sequence"]
    number = 0 if newest is None else newest + 1
    capture = f"capture-{number:06}"
    paths = FramePaths.of(of.pk, capture, "jpg")
    for place in (paths.frame, paths.thumbnail):
        path = conf.get().media_root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    stored = store_frame(
        of.pk,
        Capture(
            capture=capture,
            sha256=hashlib.sha256(content).hexdigest(),
            captured_at=at or NOON + timedelta(seconds=number),
            sequence=number,
            filename=name,
        ),
        Picture(width=640, height=272, orientation=1, extension="jpg", bytes=len(content)),
        paths,
    )
    return stored.frame


def film(paths: Iterable[Path], name: str = "Garden") -> Timelapse:
    """Store each picture as a frame, in order, and give the timelapse of them."""
    garden = timelapse(name=name)
    for path in paths:
        frame(garden.camera, path.read_bytes(), name=path.name)
    return garden


def lengthen(garden: Timelapse, frames: int) -> None:
    """Add so many frames to a film that show again what it shows, in the same files."""
    shown = list(garden.frames())
    last = shown[-1]
    Frame.objects.bulk_create(
        Frame(
            **{field.attname: getattr(shown[number % len(shown)], field.attname) for field in _COPIED},
            capture=f"again-{number:06}",
            sequence=last.sequence + 1 + number,
            captured_at=last.captured_at + timedelta(seconds=1 + number),
        )
        for number in range(frames)
    )


_COPIED = [
    field
    for field in Frame._meta.concrete_fields
    if field.name not in {"id", "capture", "sequence", "captured_at"}
]
