"""Previews: small pictures apart from the timelapse; only the newest of each camera are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from timelapse.cameras.changes import publish_change
from timelapse.frames.models import Frame, Preview
from timelapse.shared import conf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from uuid import UUID

    from timelapse.frames.domain import Capture, Picture

#: Number of previews kept per camera, and of pictures of the focus aid.
PREVIEWS_KEPT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPreview:
    """A preview, whether this call stored it, and the files to remove for it."""

    preview: Preview
    created: bool
    evicted_files: tuple[str, ...] = ()


@transaction.atomic
def store_preview(camera: UUID, capture: Capture, picture: Picture, file: str) -> StoredPreview:
    """Store the row of a preview whose file is on disk; the caller removes ``evicted_files``."""
    is_focus = capture.kind == "focus"
    preview, created = Preview.objects.get_or_create(
        camera_id=camera,
        capture=capture.capture,
        defaults={
            "of": capture.of,
            "sequence": capture.sequence,
            "captured_at": capture.captured_at,
            "clock": capture.clock,
            "sha256": capture.sha256,
            "width": picture.width,
            "height": picture.height,
            "bytes": picture.bytes,
            "sharpness": picture.measured.sharpness if is_focus and picture.measured else None,
            "file": file,
        },
    )
    evicted_files: tuple[str, ...] = ()
    if created:
        alike = Preview.objects.filter(camera=camera, sharpness__isnull=not is_focus)
        old = list(alike.order_by("-received_at", "-pk")[PREVIEWS_KEPT:])
        evicted_files = tuple(row.file for row in old)
        Preview.objects.filter(pk__in=[row.pk for row in old]).delete()
        publish_change(camera, "preview")
    return StoredPreview(preview=preview, created=created, evicted_files=evicted_files)


def stored_preview(camera: UUID, capture: str) -> Preview | None:
    """Find the preview that was stored under this capture id."""
    return Preview.objects.filter(camera=camera, capture=capture).first()


def newest_previews(cameras: Iterable[UUID]) -> dict[UUID, Preview]:
    """Return each camera's newest preview whose original has not arrived yet, in one query."""
    original = Frame.objects.filter(camera=OuterRef("camera"), capture=OuterRef("of"))
    waiting = Preview.objects.filter(camera__in=set(cameras), sharpness=None).exclude(Exists(original))
    found: dict[UUID, Preview] = {}
    for preview in waiting.order_by("sequence", "received_at", "pk"):
        found[preview.camera_id] = preview
    return found


def focus_pictures(cameras: Iterable[UUID]) -> dict[UUID, list[Preview]]:
    """Return each camera's pictures of the focus aid, newest first, at most `PREVIEWS_KEPT`, in one query."""
    found: dict[UUID, list[Preview]] = {}
    sharp = Preview.objects.filter(camera__in=set(cameras), sharpness__isnull=False)
    for picture in sharp.order_by("-captured_at", "-pk"):
        found.setdefault(picture.camera_id, []).append(picture)
    return found


def file_of_preview(preview: Preview) -> Path:
    """Return the path of the picture."""
    return conf.get().media_root / preview.file


def preview_url(preview: Preview) -> str:
    """Return the URL of the picture."""
    return f"/media/previews/{preview.pk}.jpg"
