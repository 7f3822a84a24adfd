"""Reads of ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from timelapse.ingest.models import Quarantined

if TYPE_CHECKING:
    from uuid import UUID

#: So many refused files of a camera are shown.
SHOWN: Final = 50


def quarantined(camera: UUID, capture: str) -> Quarantined | None:
    """Find the verdict on a capture that was refused for good."""
    return Quarantined.objects.filter(camera=camera, capture=capture).first()


def newest_quarantined(camera: UUID) -> list[Quarantined]:
    """Give the newest files of a camera that were refused."""
    return list(Quarantined.objects.filter(camera=camera)[:SHOWN])


def quarantined_count(camera: UUID) -> int:
    """Count the files of a camera that were refused."""
    return Quarantined.objects.filter(camera=camera).count()
